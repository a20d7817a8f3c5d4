import type { DeliveryFailure } from '#schema/events/values.ts';

type Meaning = readonly [code: string, message: string, retryable: boolean];

const unauthorized: Meaning = [
  'CHANNEL_UNAUTHORIZED',
  'WhatsApp no longer takes the channel’s token: connect it again',
  true,
];
const unregistered: Meaning = [
  'CHANNEL_UNAUTHORIZED',
  'The company’s number is not registered with WhatsApp: connect it again',
  true,
];
const notPermitted: Meaning = ['NOT_PERMITTED', 'The channel’s token has not the permission to send this', false];
const tooFast: Meaning = ['RATE_LIMITED', 'WhatsApp wants fewer messages at a time: try again in a while', true];
const unavailable: Meaning = ['PLATFORM_UNAVAILABLE', 'WhatsApp had a fault of its own: try again in a while', true];
const windowClosed: Meaning = ['WINDOW_CLOSED', 'More than 24 hours have passed since the customer wrote', false];
const restricted: Meaning = [
  'POLICY_BLOCKED',
  'WhatsApp has restricted the company’s account for violating a policy',
  false,
];
const notDelivered: Meaning = ['POLICY_BLOCKED', 'WhatsApp chose not to deliver this to the customer', false];
const unpaid: Meaning = ['NOT_PERMITTED', 'The WhatsApp account’s payment method needs attention', true];
const fileRefused: Meaning = ['FILE_REFUSED', 'WhatsApp does not take the file', false];
const refused: Meaning = ['PLATFORM_REFUSED', 'WhatsApp does not take the message as it is', false];

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes; 470 is the older API's 131047. */
const meanings: ReadonlyMap<number, Meaning> = new Map([
  [0, unauthorized],
  [190, unauthorized],
  [33, unregistered],
  [131045, unregistered],
  [133010, unregistered],
  [3, notPermitted],
  [10, notPermitted],
  [200, notPermitted],
  [131005, notPermitted],
  [131030, ['NOT_PERMITTED', 'A test number may only write to the recipients on its list', false]],
  [131042, unpaid],
  [4, tooFast],
  [80007, tooFast],
  [130429, tooFast],
  [131048, tooFast],
  [131056, tooFast],
  [1, unavailable],
  [2, unavailable],
  [131000, unavailable],
  [131016, unavailable],
  [131057, unavailable],
  [133004, unavailable],
  [470, windowClosed],
  [131047, windowClosed],
  [131021, ['RECIPIENT_NOT_FOUND', 'This is the company’s own number', false]],
  [131026, ['RECIPIENT_NOT_FOUND', 'WhatsApp cannot deliver to this customer: no account, or too old an app', false]],
  [131050, ['RECIPIENT_BLOCKED', 'The customer does not want such messages from the company any more', false]],
  [368, restricted],
  [130497, restricted],
  [131031, restricted],
  [130472, notDelivered],
  [131049, notDelivered],
  [131052, fileRefused],
  [131053, fileRefused],
  [100, refused],
  [131008, refused],
  [131009, refused],
  [131051, refused],
]);

/** What an error of WhatsApp means for a delivery. Codes are stable, the message is for people. */
export function failureOf(
  error:
    | {
        readonly code: number;
        readonly title?: string | undefined;
        readonly message?: string | undefined;
        readonly error_data?: { readonly details?: string | undefined } | undefined;
      }
    | undefined,
): DeliveryFailure {
  if (!error) return { code: 'PLATFORM_REFUSED', message: 'WhatsApp gives no reason', retryable: false };
  const known = meanings.get(error.code);
  if (known) return { code: known[0], message: known[1], retryable: known[2] };
  const words = error.error_data?.details || error.message || error.title || 'it gives no reason';
  return {
    code: 'PLATFORM_REFUSED',
    message: `WhatsApp refused the message (${error.code}): ${words}`,
    retryable: false,
  };
}
