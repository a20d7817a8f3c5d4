/** What somebody says in the course of one conversation, line by line. */
export interface Story {
  readonly language: string;
  readonly lines: readonly string[];
}

export const stories: readonly Story[] = [
  {
    language: 'en',
    lines: [
      'Hi, my order 48213 was due yesterday. Do you know where it is?',
      'The tracking page has said "in transit" since Monday',
      'Could you ask the carrier please?',
      'Thanks! It just arrived 🙌',
    ],
  },
  {
    language: 'en',
    lines: ['Hello', 'I would like to return a jacket, it is too small', 'Do I get my money back, or only a voucher?'],
  },
  {
    language: 'en',
    lines: ['Is the two-person tent back in stock soon?', 'The green one', 'Great, please tell me when it is'],
  },
  {
    language: 'de',
    lines: [
      'Guten Tag, ich möchte meine Lieferadresse ändern.',
      'Bestellnummer 51877, bitte an Gartenstraße 12 in Köln',
      'Geht das noch? Der Versand ist für morgen angekündigt',
      'Super, vielen Dank für die schnelle Hilfe!',
    ],
  },
  {
    language: 'es',
    lines: ['Hola, ¿hacéis envíos a Canarias?', '¿Y cuánto tarda más o menos?', 'Perfecto, gracias'],
  },
  {
    language: 'fr',
    lines: ['Bonjour, je n’ai pas reçu ma facture', 'C’était la commande du 3 mars', 'Merci beaucoup !'],
  },
  {
    language: 'tr',
    lines: ['Merhaba, ödeme yaptım ama sipariş görünmüyor', 'Kartımdan para çekilmiş', 'Teşekkürler, şimdi göründü'],
  },
  {
    language: 'ja',
    lines: ['すみません、サイズ交換はできますか？', '届いたばかりで未使用です', 'ありがとうございます'],
  },
  {
    language: 'ar',
    lines: ['مرحبا، هل المتجر مفتوح يوم الجمعة؟', 'وهل أستطيع الاستلام من الفرع؟', 'شكرا لكم'],
  },
];

/** What people write under a picture that they send. */
export const captions = ['It came like this 😕', 'Schauen Sie mal bitte', 'This one', 'Se ha roto aquí', ''];

export const firstNames = [
  'Mina',
  'Jonas',
  'Aiko',
  'Lucía',
  'Omar',
  'Zoë',
  'Emre',
  'Nia',
  'Pavel',
  'Chloé',
  'Ravi',
  'Ines',
];
export const lastNames = ['Keller', 'Ōta', 'García', 'Haddad', 'Nguyen', 'Şahin', 'Okoye', 'Novák', 'Moreau', 'Silva'];

/** What people answer who are written to, by language. */
export const replies: Readonly<Record<string, readonly [string, ...string[]]>> & {
  readonly en: readonly [string, ...string[]];
} = {
  en: ['Thanks, that helps!', 'And how long does that take?', 'Perfect 🙌', 'Hm, are you sure?'],
  de: ['Vielen Dank!', 'Und wie lange dauert das?', 'Alles klar, super'],
  es: ['¡Muchas gracias!', '¿Y cuánto tarda?', 'Vale, perfecto'],
  fr: ['Merci beaucoup !', 'Et cela prend combien de temps ?', 'Très bien'],
  tr: ['Çok teşekkürler!', 'Ne kadar sürer?', 'Tamam, harika'],
  ja: ['ありがとうございます！', 'どのくらいかかりますか？', '分かりました'],
  ar: ['شكرا جزيلا!', 'وكم يستغرق ذلك؟', 'ممتاز'],
};

export const emojis = ['👍', '❤️', '😆', '😮', '🙏'] as const;

/** Buttons that the company offered, and what they stand for. */
export const quickReplies = [
  { text: 'Where is my order?', payload: 'ORDER_STATUS' },
  { text: 'Talk to a person', payload: 'HUMAN' },
  { text: 'Opening hours', payload: 'HOURS' },
];

/** What somebody of the company writes in the platform's own inbox. */
export const shopWords = ['On its way! 👍', 'We have a look and write back today.', 'Sorry for the wait 🙏'];
