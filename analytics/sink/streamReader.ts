import { AckPolicy, DeliverPolicy, JetStreamError, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import type { NatsPart } from '#platform/events/nats.ts';
import { deliveryOf } from './deliveryOf.ts';
import { SinkError } from './errors.ts';

/**
 * Messages asked for at once. Whatever else this process asks NATS is answered behind them, by the same connection: on a busy machine the
 * renewal of a lease behind a whole batch would be answered when the lease has run out, again and again.
 */
const PIECE = 5_000;

/** Reads a stream in its order, from a sequence on, without acknowledgements: the reader knows where it stands. */
export interface StreamReader {
  /** What is there, up to `max` messages, waiting at most a second for them. Each is handed over as it arrives, with its sequence. */
  read(max: number, onMessage: (message: JsMsg, sequence: number) => void): Promise<void>;
  /** How many were handed over. */
  readonly delivered: number;
  /** Whether as much as was read last was waiting behind it. */
  readonly isBehind: boolean;
  /** How many the server has behind them. */
  pending(): Promise<number>;
  /** Ends a `read` that waits. */
  stop(): void;
  close(): Promise<void>;
}

export async function openReader(options: {
  readonly nats: NatsPart;
  readonly stream: string;
  readonly filterSubject: string;
  readonly startSequence: number;
}): Promise<StreamReader> {
  const { nats, stream } = options;
  const { name } = await nats.manager.consumers.add(stream, {
    description: 'analytics sink',
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: options.startSequence,
    filter_subject: options.filterSubject,
    inactive_threshold: nanos(30_000),
    mem_storage: true,
  });
  const consumer = await nats.jetstream.consumers.get(stream, name);
  let messages: ConsumerMessages | undefined;
  let delivered = 0;
  let isBehind = false;

  return {
    get delivered() {
      return delivered;
    },
    get isBehind() {
      return isBehind;
    },
    pending: async () => (await consumer.info()).num_pending,
    async read(max, onMessage) {
      for (let left = max; left > 0; left -= PIECE) {
        const before = delivered;
        let waiting = 0;
        try {
          const pull = {
            max_messages: Math.min(left, PIECE),
            expires: 1_000,
            // To wait for each message by an iterator costs as much as to read it from the connection.
            callback: (message: JsMsg & { readonly reply: string }) => {
              const { sequence, delivery, pending } = deliveryOf(message.reply);
              // What was sent while the connection broke is not sent again.
              if (delivery !== ++delivered) throw SinkError.gap(delivered, delivery);
              waiting = pending;
              onMessage(message, sequence);
            },
          };
          messages = await consumer.fetch(pull);
          const failure = await messages.closed();
          if (failure) throw failure;
        } catch (error) {
          if (delivered === before || !isSilence(error)) throw error;
          // What came is whole as far as it goes. To throw it away would be to get as far and no further, each time.
          const sent = (await consumer.info()).delivered.consumer_seq;
          if (sent !== delivered) throw SinkError.gap(delivered + 1, sent + 1);
          return;
        }
        isBehind = waiting >= Math.min(max, PIECE);
        // What is less is not waited for again: it comes with what is read next.
        if (waiting < PIECE) return;
      }
    },
    stop: () => messages?.stop(),
    async close() {
      messages?.stop();
      await consumer.delete();
    },
  };
}

/** A busy server stops in the middle of what it was asked for, says neither that it goes on nor that it is over, and goes on when asked again. */
function isSilence(error: unknown): boolean {
  return error instanceof JetStreamError && error.message === 'heartbeats missed';
}
