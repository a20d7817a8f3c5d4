import { z } from 'zod';
import { pause } from '#platform/lifecycle/backoff.ts';
import { refusal, success, type Answer } from './answer.ts';

const parameters = z.object({
  url: z.string(),
  secret_token: z
    .string()
    .regex(/^[\w-]{1,256}$/)
    .default(''),
  max_connections: z.int().min(1).max(100).default(40),
  /** Reactions come to those only who ask for them. */
  allowed_updates: z
    .array(z.string())
    .default([
      'message',
      'edited_message',
      'channel_post',
      'callback_query',
      'my_chat_member',
      'business_connection',
      'business_message',
      'edited_business_message',
      'deleted_business_messages',
    ]),
});

type Webhook = z.output<typeof parameters>;

const ANSWER_LIMIT_MS = 10_000;
/** Spread over about half a minute; the real ones come again for a day. */
const MAX_TRIES = 16;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 4_000;

/** Where bots want their updates, and bringing them there. */
export function createWebhooks() {
  const webhooks = new Map<string, Webhook>();
  const pending = new Map<string, number>();
  const lastErrors = new Map<string, { readonly last_error_date: number; readonly last_error_message: string }>();
  let stopping = new AbortController();

  /** One try; the answer's status. */
  async function post(botId: string, update: object): Promise<number> {
    const webhook = webhooks.get(botId);
    if (!webhook) throw new Error(`bot ${botId} has set no webhook: call setWebhook first`);
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': webhook.secret_token },
      body: JSON.stringify(update),
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** Undefined when it was taken, else why not. */
  async function attempt(botId: string, update: object): Promise<string | undefined> {
    try {
      const status = await post(botId, update);
      return status >= 200 && status < 300 ? undefined : `Wrong response from the webhook: ${String(status)}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async function deliver(botId: string, update: object): Promise<boolean> {
    if (!webhooks.has(botId)) throw new Error(`bot ${botId} has set no webhook: call setWebhook first`);
    pending.set(botId, (pending.get(botId) ?? 0) + 1);
    try {
      for (let tries = 0; tries < MAX_TRIES && !stopping.signal.aborted; tries++) {
        const problem = await attempt(botId, update);
        if (problem === undefined) return true;
        lastErrors.set(botId, { last_error_date: Math.floor(Date.now() / 1_000), last_error_message: problem });
        await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries), stopping.signal);
      }
      return false;
    } finally {
      pending.set(botId, (pending.get(botId) ?? 1) - 1);
    }
  }

  return {
    post,
    /** Whether the webhook took it in the end; at once true for a kind of update that the bot did not ask for. */
    async receive(botId: string, update: { readonly [kind: string]: unknown }): Promise<boolean> {
      const allowed = webhooks.get(botId)?.allowed_updates;
      if (allowed && !Object.keys(update).some((kind) => allowed.includes(kind))) return true;
      return deliver(botId, update);
    },
    set(botId: string, input: unknown): Answer {
      const parsed = parameters.safeParse(input);
      if (!parsed.success) return refusal(400, 'Bad Request: bad webhook');
      if (parsed.data.url === '') webhooks.delete(botId);
      else if (/^https?:\/\//.test(parsed.data.url)) webhooks.set(botId, parsed.data);
      else return refusal(400, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook');
      return success(true);
    },
    delete(botId: string): Answer {
      webhooks.delete(botId);
      return success(true);
    },
    info(botId: string): Answer {
      const { url = '', max_connections, allowed_updates } = webhooks.get(botId) ?? {};
      const pending_update_count = pending.get(botId) ?? 0;
      const settings = { url, has_custom_certificate: false, max_connections, allowed_updates };
      return success({ ...settings, pending_update_count, ...lastErrors.get(botId) });
    },
    start() {
      stopping = new AbortController();
    },
    /** Ends the tries under way. */
    stop() {
      stopping.abort();
    },
  };
}
export type Webhooks = ReturnType<typeof createWebhooks>;
