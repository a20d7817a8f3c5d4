import type { AnyEvent } from '#platform/events/catalogue.ts';
import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { updateDelivery } from '../commands/updateDelivery.ts';

/** Contacts whose messages are written side by side; each takes a connection of the pool. */
const CONCURRENCY = 8;

/** What the channels tell: messages that came in, and what became of those that went out. */
export function createReceivedConsumer(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly reopenWithinMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, reopenWithinMs, logger, metrics } = options;
  const received = metrics.counter('switchboard_conversations_received_total', 'Messages of contacts by outcome', [
    'outcome',
  ]);
  return createEventConsumer({
    nats,
    durable: 'conversations-received',
    filterSubject: 'events.channel.>',
    concurrency: CONCURRENCY,
    catalogue,
    keyOf,
    handlers: {
      async 'channel.message.received'(event) {
        received.inc({ outcome: await receiveMessage(database, event, { reopenWithinMs }) });
      },
      'channel.delivery.updated': (event) => updateDelivery(database, event),
    },
    logger,
    metrics,
  });
}

/** A contact's messages in the order in which they came, and the reports on a conversation's messages likewise. */
function keyOf(event: AnyEvent<SwitchboardCatalogue>): string {
  if (event.type === 'channel.message.received') return `${event.data.channelId}:${event.data.contact.externalId}`;
  return event.type === 'channel.delivery.updated' ? (event.data.conversationId ?? event.data.messageId) : event.id;
}
