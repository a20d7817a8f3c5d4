import { parseEvent, type AnyEvent } from '#platform/events/catalogue.ts';
import { connectNats } from '#platform/events/nats.ts';
import { EVENTS } from '#platform/events/streams.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { encodePosition } from '#router/live/cursor.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts } from '#schema/events/conversations.ts';

export type Event = AnyEvent<SwitchboardCatalogue>;
/** What happened to a conversation. */
export type ConversationEvent = Extract<Event, { data: { conversation: ConversationFacts } }>;

/** Something that happened, with its place in the stream. */
export interface Told<E extends Event = Event> {
  readonly sequence: number;
  readonly event: E;
}

/** The stream of events, read past everything that serves it. */
export interface EventLog {
  /** Where it ends now. */
  end(): Promise<number>;
  /** The same, as live subscriptions take it: whoever begins there can tell what they have to see. */
  cursor(): Promise<string>;
  /** All that it holds of the company, in order. */
  read(companyId: string): Promise<Told[]>;
  close(): Promise<void>;
}

const BATCH = 500;

export async function openEventLog(natsUrl: string): Promise<EventLog> {
  const name = 'agents';
  const nats = connectNats({ url: natsUrl, name, logger, metrics: createMetrics({ service: name }) });
  await nats.start();

  return {
    async end() {
      const { state } = await nats.manager.streams.info(EVENTS.name);
      return state.last_seq;
    },

    async cursor() {
      const { created, state } = await nats.manager.streams.info(EVENTS.name);
      return encodePosition({ stream: created, sequence: state.last_seq });
    },

    async read(companyId) {
      const told: Told[] = [];
      const consumer = await nats.jetstream.consumers.get(EVENTS.name, { filter_subjects: `events.*.${companyId}.>` });
      for (let { num_pending: left } = await consumer.info(); left > 0;) {
        const batch = await consumer.fetch({ max_messages: Math.min(BATCH, left), expires: 10_000 });
        for await (const message of batch) {
          left -= 1;
          const event = parseEvent(catalogue, message.json());
          if (event) told.push({ sequence: message.seq, event });
        }
      }
      return told;
    },

    close: () => nats.stop(),
  };
}

export function isOfConversation(told: Told): told is Told<ConversationEvent> {
  return 'conversation' in told.event.data;
}
