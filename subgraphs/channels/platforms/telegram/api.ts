import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { FormBody } from '../http/formBody.ts';
import { sendRequest, type Exchange, type PlatformRequest } from '../http/sendRequest.ts';

/** What came of a call, in Telegram's own words where it answered. */
export type TelegramAnswer =
  | { readonly kind: 'done'; readonly result: unknown }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly description: string;
      /** Seconds. */
      readonly retryAfter?: number | undefined;
      /** The group has become a supergroup, which has another id. */
      readonly migratedTo?: number | undefined;
    }
  /** Nothing, or the words of something in between. */
  | { readonly kind: 'none'; readonly exchange: Exchange };

/** Telegram's Bot API (https://core.telegram.org/bots/api). */
export interface TelegramApi {
  /**
   * Never rejects.
   *
   * @param limitMs From the connection to the end of the answer.
   * @default SEND_LIMIT_MS
   */
  call(token: string, method: string, parameters: object, limitMs?: number): Promise<TelegramAnswer>;
  /** The same with a form, for files. */
  upload(token: string, method: string, form: FormBody, limitMs: number): Promise<TelegramAnswer>;
  /** Where a file is, by its path from getFile. The token is part of it: for fetching at once, never for keeping or logging. */
  fileUrl(token: string, path: string): string;
}

/** The token becomes part of an address: nothing that has a meaning there may be in it. */
const tokenForm = /^\d+:[\w-]+$/;

const done = z.object({ ok: z.literal(true), result: z.unknown() });
const refused = z.object({
  ok: z.literal(false),
  description: z.string().default('no reason given'),
  parameters: z
    .object({ retry_after: z.number().nonnegative().optional(), migrate_to_chat_id: z.int().optional() })
    .optional(),
});

/** @param options.apiUrl `https://api.telegram.org`, a self-hosted Bot API server or a stand-in. */
export function createTelegramApi({
  apiUrl,
  connections,
}: {
  readonly apiUrl: string;
  readonly connections: Dispatcher;
}): TelegramApi {
  async function post(
    token: string,
    method: string,
    content: Pick<PlatformRequest, 'body' | 'form' | 'limitMs'>,
  ): Promise<TelegramAnswer> {
    if (!tokenForm.test(token)) {
      content.form?.stream.destroy();
      return { kind: 'refused', status: 401, description: 'not the token of a bot' };
    }
    const url = `${apiUrl}/bot${token}/${method}`;
    return answerOf(await sendRequest(connections, { method: 'POST', url, ...content }));
  }

  return {
    call: (token, method, parameters, limitMs) => post(token, method, { body: parameters, limitMs }),
    upload: (token, method, form, limitMs) => post(token, method, { form, limitMs }),
    fileUrl(token, path) {
      return `${apiUrl}/file/bot${token}/${path.split('/').map(encodeURIComponent).join('/')}`;
    },
  };
}

function answerOf(exchange: Exchange): TelegramAnswer {
  if (exchange.kind !== 'answered') return { kind: 'none', exchange };
  const good = done.safeParse(exchange.body);
  if (good.success) return { kind: 'done', result: good.data.result };
  const bad = refused.safeParse(exchange.body);
  if (!bad.success) return { kind: 'none', exchange };
  const { description, parameters } = bad.data;
  return {
    kind: 'refused',
    status: exchange.status,
    description,
    retryAfter: parameters?.retry_after,
    migratedTo: parameters?.migrate_to_chat_id,
  };
}
