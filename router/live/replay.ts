import type { Consumer } from '@nats-io/jetstream';
import { OperationError } from '../operations/errors.ts';
import type { StreamPosition } from './cursor.ts';
import type { EventStream, StreamEvent } from './eventStream.ts';

/**
 * Hands over a company's events behind a position, in order, until there are no more at that moment or the signal aborts.
 *
 * @returns the last sequence handed over, or the position's own.
 * @param options.most how many there may be.
 * @throws OperationError `CURSOR_EXPIRED` when the stream no longer has all of them, or there are more than that.
 */
export async function replay(
  stream: EventStream,
  options: {
    readonly companyId: string;
    readonly after: StreamPosition;
    readonly most: number;
    readonly handle: (event: StreamEvent) => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { companyId, after, handle, signal } = options;
  const { id, first, last } = await stream.locate();
  const isKept = after.stream === id && after.sequence <= last && after.sequence + 1 >= first;
  if (!isKept) throw OperationError.cursorExpired();

  const reader = await stream.readAfter(after.sequence, companyId);
  try {
    const { num_pending: missed } = await reader.info(true);
    if (missed > options.most) throw OperationError.cursorExpired();
    return missed === 0 ? after.sequence : await drain(reader);
  } finally {
    // Where this fails, the server forgets the reader by itself.
    await reader.delete().catch(() => false);
  }

  async function drain(from: Consumer): Promise<number> {
    let sequence = after.sequence;
    const messages = await from.consume({ max_messages: 100, abort_on_missing_resource: true });
    const end = () => messages.stop();
    signal.addEventListener('abort', end, { once: true });
    try {
      for await (const message of messages) {
        const event = stream.decode(message);
        if (event) await handle(event);
        sequence = message.seq;
        if (message.info.pending === 0 || signal.aborted) break;
      }
    } finally {
      signal.removeEventListener('abort', end);
    }
    return sequence;
  }
}
