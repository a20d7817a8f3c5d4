import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { OperationSink } from '../socket/connection.ts';
import { createOutflow } from '../socket/outflow.ts';

/** What does nothing but show that somebody is there. */
const HEARTBEAT = ':\n\n';
const EVENT_END = Buffer.from('\n\n');

/**
 * The answers of one operation as server-sent events, as graphql-sse has them in its distinct connections mode:
 * https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 *
 * An answer's cursor is the event's id, which browsers give back as `Last-Event-ID` when they come again. Who has not even
 * taken a heartbeat when the next one is due is gone, and is cut.
 */
export function openEventStream(
  response: ServerResponse,
  options: { readonly heartbeatMs: number; readonly maxWaiting: number },
): OperationSink {
  const { heartbeatMs, maxWaiting } = options;
  const outflow = createOutflow({
    stream: response,
    isOpen: () => !response.writableEnded && !response.destroyed,
    waiting: () => response.writableLength,
  });
  let beating = false;
  let held = 0;

  function beat(): void {
    if (beating) return void response.destroy();
    beating = true;
    response.write(HEARTBEAT, () => (beating = false));
  }

  function send(event: string | Buffer): void {
    if (!response.writableEnded && !response.destroyed) response.write(event);
  }

  function complete(): void {
    send('event: complete\ndata:\n\n');
    response.end();
  }

  function error(errors: readonly GraphQLError[]): void {
    send(`event: next\ndata: ${JSON.stringify({ errors })}\n\n`);
    complete();
  }

  const heartbeat = setInterval(beat, heartbeatMs);
  response.once('close', () => {
    clearInterval(heartbeat);
    outflow.close();
  });
  beat();

  return {
    next(payload, cursor) {
      const id = cursor === undefined ? '' : `id: ${cursor}\n`;
      send(Buffer.concat([Buffer.from(`${id}event: next\ndata: `), payload, EVENT_END]));
    },
    error,
    complete,
    ready: outflow.ready,
    hold() {
      if (held >= maxWaiting) return false;
      held += 1;
      return true;
    },
    release: (count) => (held -= count),
    fallBehind: (failure) => error([failure]),
  };
}
