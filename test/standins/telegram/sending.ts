import { z } from 'zod';
import { refusal, success, type Answer } from './answer.ts';
import type { Chats } from './chats.ts';
import type { Upload } from './parameters.ts';
import { LONGEST_CAPTION, LONGEST_TEXT, place } from './place.ts';
import type { createRateLimiter } from './rateLimits.ts';
import { createRevising } from './revising.ts';

/** A message that a bot sent. */
export interface SentMessage {
  readonly botId: string;
  readonly chatId: string;
  readonly messageId: number;
  /** Of a file, what stands below it. */
  readonly text: string;
  /** By its address, or as it came. */
  readonly file: { readonly medium: Medium; readonly url: string | null; readonly upload: Upload | null } | null;
  readonly replyTo: number | null;
  readonly businessConnectionId: string | null;
  readonly at: string;
  readonly edited: boolean;
  readonly deleted: boolean;
}

/** The newest are kept: a demo may run for days. */
const MAX_SENT = 10_000;
/** Bytes, of what is sent along. */
const LARGEST_PHOTO = 10 * 1024 ** 2;
const LARGEST_FILE = 50 * 1024 ** 2;

const medium = z.enum(['photo', 'animation', 'video', 'audio', 'voice', 'document']);
type Medium = z.output<typeof medium>;

const message = place.extend({
  text: z.string().default(''),
  caption: z.string().default(''),
  reply_parameters: z.object({ message_id: z.int(), allow_sending_without_reply: z.boolean().optional() }).optional(),
});

/** sendMessage and its relatives. */
export function createSending(
  chats: Chats,
  limiter: ReturnType<typeof createRateLimiter>,
  onSent?: (message: SentMessage) => void,
) {
  const sent: SentMessage[] = [];

  function send(botId: string, method: string, input: unknown): Answer | undefined {
    const kind = method.slice('send'.length).toLowerCase();
    const media = medium.safeParse(kind).data;
    if (!media && kind !== 'message') return undefined;
    const parsed = message.safeParse(input);
    if (!parsed.success) return refusal(400, 'Bad Request: chat_id is empty or invalid');
    const { chat_id: chatId, business_connection_id: businessConnectionId, reply_parameters: reply } = parsed.data;
    const file = media && { medium: media, ...fileOf(input, media) };
    const { text, problem } = file ? captionOf(file, parsed.data.caption) : textOf(parsed.data.text);
    const refused = refusedBy(chats, botId, chatId, businessConnectionId) ?? problem ?? tooMany(botId, chatId);
    if (refused) return refused;

    const messageId = chats.nextMessageId(placeOf(botId, chatId, businessConnectionId));
    const at = new Date();
    const said: SentMessage = {
      botId,
      chatId,
      messageId,
      text,
      file: file ?? null,
      replyTo: reply?.message_id ?? null,
      businessConnectionId: businessConnectionId ?? null,
      at: at.toISOString(),
      edited: false,
      deleted: false,
    };
    sent.push(said);
    if (sent.length > MAX_SENT) sent.splice(0, sent.length - MAX_SENT);
    onSent?.(said);
    return success({
      message_id: messageId,
      from: { id: Number(botId), is_bot: true, first_name: 'Bot' },
      chat: { id: Number(chatId), type: chatId.startsWith('-') ? 'supergroup' : 'private' },
      date: Math.floor(at.getTime() / 1_000),
      ...(file ? { caption: text } : { text }),
    });
  }

  function tooMany(botId: string, chatId: string): Answer | undefined {
    const waitMs = limiter.take(botId, chatId);
    if (waitMs === 0) return undefined;
    const seconds = Math.ceil(waitMs / 1_000);
    return refusal(429, `Too Many Requests: retry after ${String(seconds)}`, { retry_after: seconds });
  }

  const revising = createRevising(sent, (botId, place) => {
    const { chat_id: chatId, business_connection_id: business } = place;
    return refusedBy(chats, botId, chatId, business) ?? tooMany(botId, chatId);
  });
  return { send, revise: revising.revise, age: revising.age, sent: (): readonly SentMessage[] => sent };
}

/** Messages are counted by chat, and a business' chat with a person is another than the bot's. */
export function placeOf(botId: string, chatId: number | string, businessConnectionId: string | undefined): string {
  return `${businessConnectionId ?? botId}:${String(chatId)}`;
}

/** What the chat itself has against anything that a bot does in it. */
export function refusedBy(
  chats: Chats,
  botId: string,
  chatId: string,
  businessConnectionId: string | undefined,
): Answer | undefined {
  const movedTo = chats.movedTo(chatId);
  if (movedTo !== undefined) {
    const description = 'Bad Request: group chat was upgraded to a supergroup chat';
    return refusal(400, description, { migrate_to_chat_id: movedTo });
  }
  if (businessConnectionId !== undefined) {
    if (chats.business(businessConnectionId)?.botId !== botId) {
      return refusal(400, 'Bad Request: business connection not found');
    }
    return chats.heardLately(businessConnectionId, chatId)
      ? undefined
      : refusal(400, 'Bad Request: BUSINESS_PEER_USAGE_MISSING');
  }
  return chats.isBlocked(botId, chatId) ? refusal(403, 'Forbidden: bot was blocked by the user') : undefined;
}

function textOf(text: string): { readonly text: string; readonly problem?: Answer } {
  if (text.trim() === '') return { text, problem: refusal(400, 'Bad Request: message text is empty') };
  if (text.length > LONGEST_TEXT) return { text, problem: refusal(400, 'Bad Request: message is too long') };
  return { text };
}

function captionOf(
  file: NonNullable<SentMessage['file']>,
  caption: string,
): { readonly text: string; readonly problem?: Answer } {
  const problem = problemOf(file);
  if (problem) return { text: caption, problem: refusal(400, `Bad Request: ${problem}`) };
  if (caption.length > LONGEST_CAPTION) {
    return { text: caption, problem: refusal(400, 'Bad Request: message caption is too long') };
  }
  return { text: caption };
}

/** https://core.telegram.org/bots/api#sending-files */
function problemOf({ medium: media, url, upload }: NonNullable<SentMessage['file']>): string | undefined {
  if (upload) {
    if (upload.size === 0) return 'file must be non-empty';
    if (media === 'photo' && upload.size > LARGEST_PHOTO) return 'file is too big';
    return upload.size > LARGEST_FILE ? 'file is too big' : undefined;
  }
  if (!/^https?:\/\//.test(url ?? '')) return 'wrong file identifier/HTTP URL specified';
  // By an address, documents are of three types only.
  const isDocument = media === 'document' && !/\.(gif|pdf|zip)$/i.test(new URL(url ?? '').pathname);
  return isDocument ? 'wrong type of the web page content' : undefined;
}

const given = z.object({ name: z.string(), mimeType: z.string(), size: z.int(), sha256: z.string() });

function fileOf(input: unknown, media: Medium): { readonly url: string | null; readonly upload: Upload | null } {
  const field = z.looseObject({ [media]: z.union([z.string(), given]) }).safeParse(input).data?.[media];
  const upload = given.safeParse(field).data;
  return upload ? { url: null, upload } : { url: typeof field === 'string' ? field : '', upload: null };
}
