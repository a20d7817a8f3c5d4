import { createCast, corrected, type CastOptions, type Customers } from './cast.ts';
import { captions } from './phrases.ts';

/** Of messages: pictures, answers to a message before, and those that are edited at once. */
const PICTURES = 0.08;
const REPLIES = 0.1;
const EDITS = 0.04;

/**
 * People who write to a bot.
 *
 * @param options.pictures File ids of Telegram.
 */
export function createTelegramCustomers(
  options: CastOptions & {
    readonly pictures: readonly string[];
  },
): Customers {
  const { pictures, random = Math.random } = options;
  const cast = createCast(options);
  const lastIds = new Map<string, number>();
  let updateId = Math.floor(random() * 1_000_000_000);

  function picture(): object {
    const file = cast.pick(pictures);
    const caption = cast.pick(captions);
    const sizes = [90, 480].map((width) => ({ file_id: file, file_unique_id: file, width, height: width * 0.75 }));
    return { photo: sizes, ...(caption && { caption }) };
  }

  function update(content: object): string {
    updateId += 1;
    return JSON.stringify({ update_id: updateId, ...content });
  }

  return {
    next() {
      const { person, say } = cast.next();
      const id = Number(person.id);
      const { firstName: first_name, lastName: last_name, username } = person;
      const from = { id, is_bot: false, first_name, last_name, username, language_code: person.language };
      const chat = { id, type: 'private', first_name, last_name, username };
      const date = Math.floor(Date.now() / 1_000);
      const before = lastIds.get(person.id) ?? 0;
      const messageId = before + 1;
      lastIds.set(person.id, messageId);
      const reply = before > 0 && cast.happens(REPLIES) ? { reply_to_message: { message_id: before, date, chat } } : {};
      const text = pictures.length > 0 && cast.happens(PICTURES) ? undefined : say();
      const content = text === undefined ? picture() : { text };
      const message = { message_id: messageId, from, chat, date, ...content, ...reply };
      const edited =
        text !== undefined && cast.happens(EDITS)
          ? [update({ edited_message: { ...message, edit_date: date, text: corrected(text) } })]
          : [];
      return { externalId: `${person.id}:${messageId}`, body: update({ message }), afterwards: edited };
    },
  };
}
