import { captions, firstNames, lastNames, stories, type Story } from './phrases.ts';

/** An update of Telegram, with the id under which the platform knows its message: unique within the channel. */
export interface DemoUpdate {
  readonly externalId: string;
  readonly body: string;
}

interface Customer {
  readonly person: object;
  readonly chatId: number;
  story: Story;
  line: number;
  messageId: number;
}

const CUSTOMERS = 200;
/** Of messages: pictures, and answers to a message before. */
const PICTURES = 0.08;
const REPLIES = 0.1;

/**
 * People who write to a company, each in their language, one line of their story after another and then the next story.
 * They are new ones each time: numbers of messages that were used before would be taken for repetitions.
 *
 * @param random Between 0 and 1, as Math.random.
 */
export function createCustomers(random: () => number = Math.random): { next(): DemoUpdate } {
  const firstChat = 1_000_000_000 + Math.floor(random() * 8_000_000) * 1_000;
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => newCustomer(firstChat + index));
  let updateId = Math.floor(random() * 1_000_000_000);

  function pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  function newCustomer(chatId: number): Customer {
    const story = pick(stories);
    const name = { first_name: pick(firstNames), ...(random() < 0.7 && { last_name: pick(lastNames) }) };
    const username = random() < 0.5 ? { username: `user${chatId}` } : {};
    const person = { id: chatId, is_bot: false, ...name, ...username, language_code: story.language };
    return { person, chatId, story, line: 0, messageId: Math.floor(random() * 1_000) };
  }

  function contentOf(customer: Customer): object {
    if (random() < PICTURES) {
      const sizes = [90, 320, 1280].map((width) => ({
        file_id: `demo-${customer.chatId}-${customer.messageId}-${width}`,
        file_unique_id: `${customer.chatId}${customer.messageId}${width}`,
        width,
        height: Math.round(width * 0.75),
        file_size: width * 120,
      }));
      const caption = pick(captions);
      return { photo: sizes, ...(caption && { caption }) };
    }
    const text = customer.story.lines[customer.line];
    customer.line += 1;
    if (customer.line >= customer.story.lines.length) {
      customer.story = pick(stories.filter(({ language }) => language === customer.story.language));
      customer.line = 0;
    }
    return { text };
  }

  return {
    next() {
      const customer = pick(customers);
      const { chatId, person } = customer;
      const chat = { ...person, type: 'private' };
      const date = Math.floor(Date.now() / 1_000);
      const before = customer.messageId;
      customer.messageId += 1;
      updateId += 1;
      const reply = random() < REPLIES && before > 0 ? { reply_to_message: { message_id: before, date, chat } } : {};
      const message = { message_id: customer.messageId, from: person, chat, date, ...contentOf(customer), ...reply };
      return { externalId: `${chatId}:${customer.messageId}`, body: JSON.stringify({ update_id: updateId, message }) };
    },
  };
}
