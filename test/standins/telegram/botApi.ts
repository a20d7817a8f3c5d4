import { z } from 'zod';
import { refusal, success, type Answer } from './answer.ts';
import type { Chats } from './chats.ts';
import { place } from './place.ts';
import { refusedBy, type createSending } from './sending.ts';
import type { Webhooks } from './webhooks.ts';

/** A call that a bot made, whatever became of it. */
export interface Call {
  readonly botId: string;
  readonly method: string;
  readonly parameters: unknown;
}

/** The newest are kept: a demo may run for days. */
const MAX_CALLS = 10_000;
/** The most that bots may fetch. */
const MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024;
const tokenForm = /^(\d+):[\w-]{20,}$/;

const chatAction = place.extend({ action: z.enum(['typing', 'upload_photo', 'upload_video', 'upload_document']) });
const readMessage = place.extend({ business_connection_id: z.string(), message_id: z.int() });
const callbackAnswer = z.object({ callback_query_id: z.string() });
const fileRequest = z.object({ file_id: z.string() });

/** The methods that we use. No network in here. */
export function createBotApi(options: {
  /** Those of the bots that there are; of any form that is one's when absent. */
  readonly tokens: readonly string[] | undefined;
  readonly chats: Chats;
  readonly sending: ReturnType<typeof createSending>;
  readonly webhooks: Webhooks;
  readonly wasPressed: (callbackId: string) => boolean;
}) {
  const { tokens, chats, sending, webhooks, wasPressed } = options;
  const revoked = new Set<string>();
  const calls: Call[] = [];

  function botOf(token: string): string | Answer {
    const botId = tokenForm.exec(token)?.[1];
    if (botId === undefined) return refusal(404, 'Not Found');
    const known = tokens?.includes(token) ?? true;
    return known && !revoked.has(token) ? botId : refusal(401, 'Unauthorized');
  }

  /** What is done in a chat and makes no message. */
  function inChat(botId: string, schema: z.ZodType<z.output<typeof place>>, input: unknown): Answer {
    const parsed = schema.safeParse(input);
    if (!parsed.success) return refusal(400, 'Bad Request: wrong parameters');
    const { chat_id: chatId, business_connection_id: business } = parsed.data;
    return refusedBy(chats, botId, chatId, business) ?? success(true);
  }

  function getFile(input: unknown): Answer {
    const id = fileRequest.safeParse(input).data?.file_id ?? '';
    const file = chats.file(id);
    if (!file) return refusal(400, 'Bad Request: wrong file_id or the file is temporarily unavailable');
    if (file.bytes.length > MAX_DOWNLOAD_BYTES) return refusal(400, 'Bad Request: file is too big');
    return success({ file_id: id, file_unique_id: id, file_size: file.bytes.length, file_path: file.path });
  }

  function getChat(input: unknown): Answer {
    const chat = chats.chat(place.safeParse(input).data?.chat_id ?? '');
    return chat ? success(chat) : refusal(400, 'Bad Request: chat not found');
  }

  function answerCallbackQuery(input: unknown): Answer {
    const pressed = wasPressed(callbackAnswer.safeParse(input).data?.callback_query_id ?? '');
    const late = 'Bad Request: query is too old and response timeout expired or query ID is invalid';
    return pressed ? success(true) : refusal(400, late);
  }

  function answer(botId: string, method: string, input: unknown): Answer {
    switch (method) {
      case 'getMe':
        return success({ id: Number(botId), is_bot: true, first_name: 'Bot', username: `bot_${botId}` });
      case 'setWebhook':
        return webhooks.set(botId, input);
      case 'deleteWebhook':
        return webhooks.delete(botId);
      case 'getWebhookInfo':
        return webhooks.info(botId);
      case 'getChat':
        return getChat(input);
      case 'getFile':
        return getFile(input);
      case 'answerCallbackQuery':
        return answerCallbackQuery(input);
      case 'sendChatAction':
        return inChat(botId, chatAction, input);
      case 'readBusinessMessage':
        return inChat(botId, readMessage, input);
      default:
        return (
          sending.send(botId, method, input) ??
          sending.revise(botId, method, input) ??
          refusal(404, 'Not Found: method not found')
        );
    }
  }

  return {
    call(token: string, method: string, input: unknown): Answer {
      const botId = botOf(token);
      if (typeof botId !== 'string') return botId;
      calls.push({ botId, method, parameters: input });
      if (calls.length > MAX_CALLS) calls.splice(0, calls.length - MAX_CALLS);
      return answer(botId, method, input);
    },
    /** Undefined for another's token and for what is not there. */
    download: (token: string, path: string) =>
      typeof botOf(token) === 'string' ? chats.fileAt(decodeURIComponent(path))?.bytes : undefined,
    calls: (): readonly Call[] => calls,
    revoke: (token: string) => void revoked.add(token),
  };
}
