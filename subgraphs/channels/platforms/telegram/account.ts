import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';
import { AccountError, type AccountApi } from '../account.ts';
import type { Account } from '../outbound.ts';
import type { TelegramApi } from './api.ts';
import { ask } from './ask.ts';

/** What is read of updates. Reactions come to those only who ask for them, and asking for one kind is asking for no other. */
const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'channel_post',
  'callback_query',
  'my_chat_member',
  'message_reaction',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
];
/** Deliveries at a time, Telegram's own default. */
const MAX_CONNECTIONS = 40;
/** There is no such chat, or the bot is in it no more. */
const UNKNOWN = ['PLATFORM_REFUSED', 'NOT_PERMITTED'] as const;

const text = z.string().transform(storableText);
const bot = z.object({ id: z.int(), first_name: text });
const chat = z.object({
  title: text.optional(),
  first_name: text.optional(),
  last_name: text.optional(),
  username: text.optional(),
  photo: z.object({ big_file_id: z.string() }).optional(),
});
const file = z.object({ file_path: z.string() });

export interface TelegramAccount extends AccountApi {
  /** Ends the waiting that a pressed button shows. One that waited for too long waits no more, which is no failure. */
  answerCallback(account: Account, callbackId: string): Promise<void>;
}

/** What is done with a bot besides sending. */
export function createTelegramAccount(api: TelegramApi): TelegramAccount {
  async function fileUrl(token: string, fileId: string): Promise<string> {
    const { file_path: path } = await ask(api, token, 'getFile', { file_id: fileId }, file);
    return api.fileUrl(token, path);
  }

  return {
    async verify({ token }) {
      const { id, first_name: name } = await ask(api, token, 'getMe', {}, bot);
      return { externalId: String(id), name };
    },
    async register({ token }, { url, secret }) {
      const webhook = {
        url,
        secret_token: secret,
        allowed_updates: ALLOWED_UPDATES,
        max_connections: MAX_CONNECTIONS,
      };
      await ask(api, token, 'setWebhook', webhook, z.unknown());
    },
    async unregister({ token }) {
      await unless(['BAD_CREDENTIALS'], ask(api, token, 'deleteWebhook', {}, z.unknown()));
    },
    async profile({ token }, contactExternalId) {
      const known = await unless(UNKNOWN, ask(api, token, 'getChat', { chat_id: contactExternalId }, chat));
      if (!known) return undefined;
      const { title, first_name: first, last_name: last, username, photo } = known;
      const name = title ?? [first, last].filter(Boolean).join(' ');
      return {
        name: name || null,
        username: username ?? null,
        // Only what people send says so.
        languageCode: null,
        pictureUrl: photo ? ((await unless(UNKNOWN, fileUrl(token, photo.big_file_id))) ?? null) : null,
      };
    },
    async fileAddress({ token }, platformFileId) {
      return { url: await fileUrl(token, platformFileId), headers: {} };
    },
    async answerCallback({ token }, callbackId) {
      const answer = ask(api, token, 'answerCallbackQuery', { callback_query_id: callbackId }, z.unknown());
      await unless(['PLATFORM_REFUSED'], answer);
    },
  };
}

/** Undefined when it fails for one of these reasons. */
async function unless<T>(codes: readonly AccountError['code'][], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AccountError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
