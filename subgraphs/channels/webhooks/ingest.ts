import { headers } from '@nats-io/nats-core';
import { EventError } from '#platform/events/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { HttpError } from '#platform/http/errors.ts';
import { injectTrace } from '#platform/tracing/tracing.ts';

/** Platforms give up after some more seconds; until then they may as well wait for a server that is busy. */
const KEEP_LIMIT_MS = 2_000;
const RETRY_AFTER_SECONDS = 2;

/**
 * Keeps what came in, byte for byte, until it is understood: resolves when, and only when, the INGEST stream has it.
 *
 * @param head Who it is for, where that is known already.
 * @throws HttpError 503 when the stream does not have it: whoever sent it has to send it again.
 */
export async function keepInIngest(
  nats: NatsPart,
  subject: string,
  body: Buffer,
  head: Readonly<Record<string, string>> = {},
): Promise<void> {
  // Published without a connection, it would wait in the client's memory and go out after the 503.
  if (!nats.connected) throw ingestUnavailable(EventError.notConnected());
  const carrier: Record<string, string> = { ...head, 'received-at': new Date().toISOString() };
  injectTrace(carrier);
  const lines = headers();
  for (const [key, value] of Object.entries(carrier)) lines.set(key, value);
  await endOfTurn();
  try {
    await nats.jetstream.publish(subject, body, { headers: lines, timeout: KEEP_LIMIT_MS });
  } catch (error) {
    throw ingestUnavailable(error);
  }
}

export function ingestUnavailable(cause: unknown): HttpError {
  const retryAfterSeconds = RETRY_AFTER_SECONDS;
  return HttpError.unavailable('It could not be kept: send it again', { retryAfterSeconds, cause });
}

let turn: Promise<void> | undefined;

/** Webhooks that are read in one turn of the event loop leave together: one write to the socket, and not one for each. */
function endOfTurn(): Promise<void> {
  turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}
