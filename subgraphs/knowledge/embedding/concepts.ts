/**
 * What customers and help pages call the same thing in different words. Words are given in any form, they are compared by
 * their stems; of a phrase the words may stand up to three places apart ("send the trainers back").
 *
 * This is vocabulary of support, in English, and no model of meaning: what is not listed here is found by its words, their
 * forms and their spelling only. Set EMBEDDINGS_URL for more.
 */
export const concepts: Readonly<Record<string, readonly string[]>> = {
  refund: ['refund', 'reimburse', 'reimbursement', 'money back', 'repay', 'credited'],
  return: ['return', 'send back', 'sent back', 'bring back', 'give back', 'exchange'],
  cancel: ['cancel', 'cancellation', 'terminate', 'unsubscribe', 'call off', 'withdraw'],
  delivery: [
    'delivery',
    'deliver',
    'shipping',
    'ship',
    'shipment',
    'dispatch',
    'courier',
    'postage',
    'arrive',
    'parcel',
  ],
  package: ['package', 'parcel', 'box', 'packet'],
  cost: ['cost', 'price', 'fee', 'charge', 'pay', 'rate', 'how much', 'expensive', 'free'],
  payment: ['payment', 'pay', 'card', 'invoice', 'bill', 'billing', 'paypal', 'checkout'],
  discount: ['discount', 'voucher', 'coupon', 'promo', 'promotion', 'sale', 'offer'],
  password: ['password', 'passcode', 'credentials', 'pin'],
  login: ['login', 'log in', 'sign in', 'signin', 'logon', 'locked out', 'access'],
  reset: ['reset', 'recover', 'forgot', 'forgotten', 'restore', 'lost'],
  account: ['account', 'profile', 'registration', 'register', 'sign up', 'signup'],
  email: ['email', 'mail', 'inbox', 'e-mail'],
  contact: ['contact', 'reach', 'call', 'phone', 'telephone', 'get touch', 'support', 'help', 'hotline'],
  opening: ['opening', 'open', 'closed', 'close', 'hours', 'business hours'],
  weekend: ['weekend', 'saturday', 'sunday'],
  holiday: ['holiday', 'christmas', 'easter', 'bank holiday'],
  shop: ['shop', 'store', 'branch', 'outlet', 'showroom'],
  warranty: ['warranty', 'guarantee', 'guaranteed'],
  defect: ['defect', 'defective', 'broken', 'broke', 'faulty', 'fault', 'damaged', 'malfunction', 'stopped working'],
  repair: ['repair', 'fix', 'mend', 'service centre'],
  replace: ['replace', 'replacement', 'swap', 'exchange', 'substitute'],
  size: ['size', 'fit', 'measurement', 'too small', 'too big', 'too large'],
  shoes: ['shoe', 'trainers', 'sneakers', 'boots', 'footwear'],
  clothes: ['clothes', 'clothing', 'garment', 'shirt', 'trousers', 'dress', 'jacket'],
  order: ['order', 'purchase', 'buy', 'bought'],
  track: ['track', 'tracking', 'trace', 'whereabouts', 'where parcel', 'where order'],
  time: ['how long', 'days', 'weeks', 'duration', 'deadline', 'within', 'until'],
  abroad: ['abroad', 'international', 'overseas', 'foreign', 'worldwide', 'other countries'],
  privacy: ['privacy', 'gdpr', 'personal data', 'delete data'],
};
