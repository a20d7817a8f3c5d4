import { Agent, request, type Dispatcher } from 'undici';
import { z } from 'zod';
import { unavailable } from '../failure.ts';
import { SEND_LIMIT_MS, type SendResult } from '../outbound.ts';
import type { FormBody } from './formBody.ts';

export interface PlatformRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** In its place: a form. */
  readonly form?: FormBody | undefined;
  /**
   * From the connection to the end of the answer.
   *
   * @default SEND_LIMIT_MS
   */
  readonly limitMs?: number | undefined;
}

/** What became of a request. The difference between "never left" and "nobody knows" decides whether it may be made again. */
export type Exchange =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | string[] | undefined>>;
      /** Undefined when the answer is no JSON: something in front of the platform spoke. */
      readonly body: unknown;
    }
  /** There was no connection, or it broke before all of the request was out. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** The request went out, and no whole answer came. */
  | { readonly kind: 'unconfirmed'; readonly reason: string };

const CONNECT_LIMIT_MS = 3_000;
/** Bytes. No answer that we ask for has a hundredth of it. */
const LONGEST_ANSWER = 1024 * 1024;

/** Connections to one platform. Whoever makes them closes them. */
export function platformConnections(): Agent {
  return new Agent({ connect: { timeout: CONNECT_LIMIT_MS }, maxResponseSize: LONGEST_ANSWER });
}

/** Never rejects, and ends within its limit. Redirects are not followed: no API we use has any. */
export async function sendRequest(
  dispatcher: Dispatcher,
  { method, url, headers, body, form, limitMs = SEND_LIMIT_MS }: PlatformRequest,
): Promise<Exchange> {
  try {
    const response = await request(url, {
      method,
      dispatcher,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...form?.headers, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(form && { body: form.stream }),
      signal: AbortSignal.timeout(Math.max(0, Math.floor(limitMs))),
    });
    const answer = parsed(await response.body.text());
    return { kind: 'answered', status: response.statusCode, headers: response.headers, body: answer };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Nobody takes a form for whole that is not.
    return { kind: neverLeft(error) || form?.isComplete() === false ? 'unreachable' : 'unconfirmed', reason };
  }
}

/**
 * What a send comes to that the platform itself gave no answer to. An answer that is not in the platform's own form is one
 * of a proxy: with 4xx and 503 it did not pass the request on; 502 and 504 may come after it did.
 */
export function withoutAnswer(exchange: Exchange): Exclude<SendResult, { kind: 'sent' }> {
  if (exchange.kind === 'unreachable') return { kind: 'refused', ...unavailable(exchange.reason) };
  if (exchange.kind === 'unconfirmed') return exchange;
  const { status } = exchange;
  if ((status >= 400 && status < 500) || status === 503) {
    return { kind: 'refused', ...unavailable(`answered by something in between with status ${status}`) };
  }
  return { kind: 'unconfirmed', reason: `an answer with status ${status} that is not the platform’s` };
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
  // Of the second kind is a token that cannot stand in a header.
  z.looseObject({ code: z.enum(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_INVALID_ARG']) }),
]);
/** Node.js tries the addresses of a name in turn. */
const failedEverywhere = z.looseObject({ errors: z.array(failedToConnect).min(1) });

/** Whether the failure was one of resolving or connecting. Any other, a reset for one, can come after the request was read. */
function neverLeft(error: unknown): boolean {
  return failedToConnect.safeParse(error).success || failedEverywhere.safeParse(error).success;
}
