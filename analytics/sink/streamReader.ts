import { AckPolicy, DeliverPolicy, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import type { NatsPart } from '#platform/events/nats.ts';
import { SinkError } from './errors.ts';

/** Reads a stream in its order, from a sequence on, without acknowledgements: the reader knows where it stands. */
export interface StreamReader {
  /** What is there, up to `max` messages, waiting at most a second for them. Each is handed over as it arrives. */
  read(max: number, onMessage: (message: JsMsg) => void): Promise<void>;
  /** How many were handed over. */
  readonly delivered: number;
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

  return {
    get delivered() {
      return delivered;
    },
    pending: async () => (await consumer.info()).num_pending,
    async read(max, onMessage) {
      messages = await consumer.fetch({ max_messages: max, expires: 1_000 });
      for await (const message of messages) {
        // What was sent while the connection broke is not sent again.
        if (message.info.deliverySequence !== ++delivered) {
          throw SinkError.gap(delivered, message.info.deliverySequence);
        }
        onMessage(message);
      }
    },
    stop: () => messages?.stop(),
    async close() {
      messages?.stop();
      await consumer.delete();
    },
  };
}
