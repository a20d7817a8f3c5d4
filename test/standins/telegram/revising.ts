import { z } from 'zod';
import { refusal, success, type Answer } from './answer.ts';
import { LONGEST_CAPTION, LONGEST_TEXT, place } from './place.ts';
import type { SentMessage } from './sending.ts';

/** A message may be deleted for so long. */
const DELETABLE_MS = 48 * 60 * 60 * 1_000;

const named = place.extend({ message_id: z.int() });
const textEdit = named.extend({ text: z.string() });
const captionEdit = named.extend({ caption: z.string().default('') });
const businessDeletion = z.object({
  business_connection_id: z.string(),
  message_ids: z.array(z.int()).min(1).max(100),
});

type Place = z.output<typeof place>;

/** editMessageText and its relatives (https://core.telegram.org/bots/api#updating-messages). */
export function createRevising(
  sent: SentMessage[],
  refusedBy: (botId: string, place: Place) => Answer | undefined,
): {
  /** Undefined for what is none of these methods. */
  readonly revise: (botId: string, method: string, input: unknown) => Answer | undefined;
  /** As if a message had been sent so much earlier. */
  readonly age: (chatId: string, messageId: number, ms: number) => void;
} {
  function change(index: number, to: Partial<SentMessage>): void {
    const message = sent[index];
    if (message) sent[index] = { ...message, ...to };
  }

  function indexOf(
    botId: string,
    { chat_id: chatId, business_connection_id: business }: Place,
    number: number,
  ): number {
    return sent.findIndex(
      (message) =>
        message.botId === botId &&
        message.chatId === chatId &&
        message.businessConnectionId === (business ?? null) &&
        message.messageId === number &&
        !message.deleted,
    );
  }

  function edit(botId: string, where: z.output<typeof named>, text: string, ofFile: boolean): Answer {
    const refused = refusedBy(botId, where);
    if (refused) return refused;
    const index = indexOf(botId, where, where.message_id);
    const message = sent[index];
    if (!message) return badRequest('message to edit not found');
    if ((message.file !== null) !== ofFile) {
      return badRequest(`there is no ${ofFile ? 'caption' : 'text'} in the message to edit`);
    }
    if (!ofFile && text.trim() === '') return badRequest('message text is empty');
    if (text.length > (ofFile ? LONGEST_CAPTION : LONGEST_TEXT)) return badRequest('MESSAGE_TOO_LONG');
    if (message.text === text) return badRequest('message is not modified: specified new content is exactly the same');
    change(index, { text, edited: true });
    return success({ message_id: message.messageId, [ofFile ? 'caption' : 'text']: text });
  }

  function remove(botId: string, where: Place, numbers: readonly number[]): Answer {
    const refused = refusedBy(botId, where);
    if (refused) return refused;
    const indices = numbers.map((number) => indexOf(botId, where, number));
    if (indices.includes(-1)) return badRequest('message to delete not found');
    const tooOld = indices.some((index) => Date.now() - Date.parse(sent[index]?.at ?? '') > DELETABLE_MS);
    if (tooOld) return badRequest("message can't be deleted");
    for (const index of indices) change(index, { deleted: true });
    return success(true);
  }

  return {
    revise(botId, method, input) {
      switch (method) {
        case 'editMessageText': {
          const parsed = textEdit.safeParse(input);
          return parsed.success ? edit(botId, parsed.data, parsed.data.text, false) : badRequest('wrong parameters');
        }
        case 'editMessageCaption': {
          const parsed = captionEdit.safeParse(input);
          return parsed.success ? edit(botId, parsed.data, parsed.data.caption, true) : badRequest('wrong parameters');
        }
        case 'deleteMessage': {
          const parsed = named.safeParse(input);
          return parsed.success ? remove(botId, parsed.data, [parsed.data.message_id]) : badRequest('wrong parameters');
        }
        case 'deleteBusinessMessages': {
          const parsed = businessDeletion.safeParse(input);
          if (!parsed.success) return badRequest('wrong parameters');
          const { business_connection_id: business, message_ids: numbers } = parsed.data;
          const one = sent.find(
            (message) => message.businessConnectionId === business && numbers.includes(message.messageId),
          );
          return one
            ? remove(botId, { chat_id: one.chatId, business_connection_id: business }, numbers)
            : badRequest('message to delete not found');
        }
        default:
          return undefined;
      }
    },
    age(chatId, messageId, ms) {
      const index = sent.findIndex((message) => message.chatId === chatId && message.messageId === messageId);
      const { at } = sent[index] ?? {};
      if (at !== undefined) change(index, { at: new Date(Date.parse(at) - ms).toISOString() });
    },
  };
}

function badRequest(why: string): Answer {
  return refusal(400, `Bad Request: ${why}`);
}
