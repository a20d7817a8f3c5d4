import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Part } from '#platform/lifecycle/part.ts';

/**
 * What became of one send. The API has no idempotency key, so the difference between "was not taken" and "nobody knows"
 * decides whether a message may be sent again.
 */
export type SendResult =
  | { readonly kind: 'sent'; readonly messageId: number }
  /** The API, or something in front of it, answered that it did not take the message. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly description: string;
      readonly retryAfterSeconds?: number | undefined;
    }
  /** The request never left: there was no connection. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** The request went out and no answer says what became of it. */
  | { readonly kind: 'unconfirmed'; readonly reason: string };

export interface TelegramApi extends Part {
  /** Never rejects: every failure is a result. */
  sendMessage(token: string, message: TelegramText): Promise<SendResult>;
}

export interface TelegramText {
  readonly chatId: string;
  readonly text: string;
  readonly replyTo?: number | undefined;
}

const CONNECT_LIMIT_MS = 3_000;
/** From the connection to the end of the answer. */
const ANSWER_LIMIT_MS = 10_000;
/** The longest that a send takes: afterwards its outcome is known or never will be. */
export const SEND_LIMIT_MS = CONNECT_LIMIT_MS + ANSWER_LIMIT_MS;

/** What others say ends up in rows and events: short, and nothing in it that jsonb refuses. */
const LONGEST_REASON = 500;
const words = z.string().transform((text) => text.slice(0, LONGEST_REASON).toWellFormed().replaceAll('\0', ''));

const accepted = z.object({ ok: z.literal(true), result: z.object({ message_id: z.int() }) });
const refused = z.object({
  ok: z.literal(false),
  description: words.default('no reason given'),
  parameters: z.object({ retry_after: z.number().nonnegative().optional() }).optional(),
});

/** @param options.apiUrl `https://api.telegram.org`, a self-hosted Bot API server or a stand-in. */
export function createTelegramApi({ apiUrl }: { readonly apiUrl: string }): TelegramApi {
  let agent: Agent | undefined;

  return {
    name: 'telegram',
    async sendMessage(token, { chatId, text, replyTo }) {
      const body = {
        chat_id: chatId,
        text,
        // The customer may have deleted what is answered: the answer is worth sending all the same.
        ...(replyTo !== undefined && {
          reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
        }),
      };
      try {
        const response = await request(`${apiUrl}/bot${token}/sendMessage`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          ...(agent && { dispatcher: agent }),
          signal: AbortSignal.timeout(SEND_LIMIT_MS),
        });
        return resultOf(response.statusCode, await response.body.text());
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return neverLeft(error) ? { kind: 'unreachable', reason } : { kind: 'unconfirmed', reason };
      }
    },
    async start() {
      agent = new Agent({ connect: { timeout: CONNECT_LIMIT_MS } });
    },
    async stop() {
      const stopping = agent;
      agent = undefined;
      await stopping?.close();
    },
  };
}

function resultOf(status: number, text: string): SendResult {
  const json = parsed(text);
  const good = accepted.safeParse(json);
  if (good.success) return { kind: 'sent', messageId: good.data.result.message_id };
  const bad = refused.safeParse(json);
  if (bad.success) {
    const { description, parameters } = bad.data;
    return { kind: 'refused', status, description, retryAfterSeconds: parameters?.retry_after };
  }
  // Not the API's own words but those of a proxy: 4xx and 503 did not pass it on; 502 and 504 may come after it did.
  if ((status >= 400 && status < 500) || status === 503) {
    return { kind: 'refused', status: 503, description: `answered by something in between with status ${status}` };
  }
  return { kind: 'unconfirmed', reason: `an answer with status ${status} that is not the API's` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const failedToConnect = z.union([
  z.looseObject({ syscall: z.enum(['connect', 'getaddrinfo']) }),
  z.looseObject({ code: z.literal('UND_ERR_CONNECT_TIMEOUT') }),
]);
/** Node.js tries the addresses of a name in turn. */
const failedEverywhere = z.looseObject({ errors: z.array(failedToConnect).min(1) });

/** Whether the failure was one of resolving or connecting. Any other, a reset for one, can come after the request was read. */
function neverLeft(error: unknown): boolean {
  return failedToConnect.safeParse(error).success || failedEverywhere.safeParse(error).success;
}
