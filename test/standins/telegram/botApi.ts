import { z } from 'zod';

/** A message that a bot sent. */
export interface SentMessage {
  readonly botId: string;
  readonly chatId: string;
  readonly messageId: number;
  readonly text: string;
  readonly replyTo: number | null;
  readonly at: string;
}

/** What the Bot API answers: a status and a body. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Webhook {
  readonly url: string;
  readonly secretToken: string;
}

/** The newest are kept: a demo may run for days. */
const MAX_SENT = 10_000;
const MAX_CHATS = 100_000;
const token = /^(\d+):[\w-]{20,}$/;
const chatId = z.union([z.int(), z.string().regex(/^-?\d+$|^@\w+$/)]).transform(String);

const parameters = {
  sendMessage: z.object({
    chat_id: chatId,
    text: z.string(),
    reply_parameters: z.object({ message_id: z.int(), allow_sending_without_reply: z.boolean().optional() }).optional(),
  }),
  setWebhook: z.object({
    url: z.string(),
    secret_token: z
      .string()
      .regex(/^[\w-]{1,256}$/)
      .default(''),
  }),
};

/** What Telegram remembers, and the methods that we use. No network in here. */
export function createBotApi({
  perChatIntervalMs = 0,
  firstMessageId = 1,
}: {
  readonly perChatIntervalMs?: number | undefined;
  readonly firstMessageId?: number | undefined;
}) {
  const sent: SentMessage[] = [];
  const chats = new Map<string, { lastId: number; lastAt: number }>();
  const webhooks = new Map<string, Webhook>();

  function sendMessage(botId: string, input: unknown): Answer {
    const parsed = parameters.sendMessage.safeParse(input);
    if (!parsed.success) return refusal(400, 'Bad Request: chat_id is empty or invalid');
    const { chat_id: chat, text, reply_parameters: reply } = parsed.data;
    if (text.trim() === '') return refusal(400, 'Bad Request: message text is empty');
    if (text.length > 4096) return refusal(400, 'Bad Request: message is too long');
    const key = `${botId}:${chat}`;
    const state = chats.get(key) ?? { lastId: firstMessageId - 1, lastAt: -Infinity };
    const waitMs = state.lastAt + perChatIntervalMs - performance.now();
    if (waitMs > 0) return tooMany(Math.ceil(waitMs / 1_000));
    if (!chats.has(key) && chats.size >= MAX_CHATS) chats.clear();
    const messageId = state.lastId + 1;
    chats.set(key, { lastId: messageId, lastAt: performance.now() });
    const date = new Date();
    const replyTo = reply?.message_id ?? null;
    sent.push({ botId, chatId: chat, messageId, text, replyTo, at: date.toISOString() });
    if (sent.length > MAX_SENT) sent.splice(0, sent.length - MAX_SENT);
    return success({
      message_id: messageId,
      from: bot(botId),
      chat: { id: Number(chat), type: 'private' },
      date: Math.floor(date.getTime() / 1_000),
      text,
    });
  }

  function setWebhook(botId: string, input: unknown): Answer {
    const parsed = parameters.setWebhook.safeParse(input);
    if (!parsed.success) return refusal(400, 'Bad Request: bad webhook');
    const { url, secret_token: secretToken } = parsed.data;
    if (url === '') webhooks.delete(botId);
    else webhooks.set(botId, { url, secretToken });
    return success(true);
  }

  function getWebhookInfo(botId: string): Answer {
    const url = webhooks.get(botId)?.url ?? '';
    return success({ url, has_custom_certificate: false, pending_update_count: 0 });
  }

  return {
    /** @param path As in the address: `/bot<token>/<method>`. */
    call(path: string, input: unknown): Answer {
      const [, botToken = '', method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
      const botId = token.exec(botToken)?.[1];
      if (botId === undefined) return refusal(404, 'Not Found');
      switch (method) {
        case 'sendMessage':
          return sendMessage(botId, input);
        case 'setWebhook':
          return setWebhook(botId, input);
        case 'getWebhookInfo':
          return getWebhookInfo(botId);
        case 'getMe':
          return success(bot(botId));
        default:
          return refusal(404, 'Not Found: method not found');
      }
    },
    sent: (): readonly SentMessage[] => sent,
    webhook: (botId: string): Webhook | undefined => webhooks.get(botId),
  };
}

export function refusal(status: number, description: string, retryAfter?: number): Answer {
  const parameters = retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } };
  return { status, body: { ok: false, error_code: status, description, ...parameters } };
}

function tooMany(retryAfter: number): Answer {
  return refusal(429, `Too Many Requests: retry after ${retryAfter}`, retryAfter);
}

function success(result: unknown): Answer {
  return { status: 200, body: { ok: true, result } };
}

function bot(id: string) {
  return { id: Number(id), is_bot: true, first_name: 'Bot', username: `bot_${id}` };
}
