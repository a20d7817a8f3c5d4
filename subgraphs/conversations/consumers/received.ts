import type { AnyEvent } from '#platform/events/catalogue.ts';
import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { groupWrites } from '#platform/postgres/groupWrites.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { editMessage } from '../commands/editMessage.ts';
import { extendMessage } from '../commands/extendMessage.ts';
import { profileContact } from '../commands/profileContact.ts';
import { reactToMessage } from '../commands/reactToMessage.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { recordAudited } from '../commands/recordAudited.ts';
import { recordActivity } from '../commands/recordActivity.ts';
import { recordCompany } from '../commands/recordCompany.ts';
import { recordChannel } from '../commands/recordChannel.ts';
import { recordEcho } from '../commands/recordEcho.ts';
import { removeMessage } from '../commands/removeMessage.ts';
import { settleRevision } from '../commands/settleRevision.ts';
import { storeAttachment } from '../commands/storeAttachment.ts';
import { updateDelivery } from '../commands/updateDelivery.ts';

/** Threads whose facts are written side by side. */
const CONCURRENCY = 32;
/** Those of one company share one; each takes a connection of the pool. */
const TRANSACTIONS = 6;

/** What the channels tell: what was said, what became of it, and who says it. */
export function createReceivedConsumer(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly reopenWithinMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, reopenWithinMs, logger, metrics } = options;
  const database = groupWrites(options.database, { transactions: TRANSACTIONS });
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
      'channel.message.echoed': (event) => recordEcho(database, event, { reopenWithinMs }),
      'channel.message.edited': (event) => editMessage(database, event),
      'channel.message.extended': (event) => extendMessage(database, event),
      'channel.message.removed': (event) => removeMessage(database, event),
      'channel.message.reacted': (event) => reactToMessage(database, event),
      'channel.attachment.stored': (event) => storeAttachment(database, event),
      'channel.contact.profiled': (event) => profileContact(database, event),
      async 'channel.thread.activity'(event) {
        const outcome = await recordActivity(database, event);
        if (outcome === 'done') return;
        const { channelId, contact, detail } = event.data;
        const moved = { companyId: event.companyId, channelId, from: contact.externalId, to: detail['to'] };
        logger.warn(moved, 'a person moved to an id that has a conversation of its own: both stay');
      },
      'channel.message.revised': (event) => settleRevision(database, event),
      'channel.delivery.updated': (event) => updateDelivery(database, event),
      'channel.connection.changed': (event) => recordChannel(database, event),
      'channel.company.changed': (event) => recordCompany(database, event),
      'channel.audited': (event) => recordAudited(database, event),
    },
    logger,
    metrics,
  });
}

/** What is told of one thread in the order in which it was told, and so whatever is about a message after the message. */
function keyOf(event: AnyEvent<SwitchboardCatalogue>): string {
  if (event.type === 'channel.company.changed') return event.companyId;
  if (!('channelId' in event.data)) return event.id;
  if (event.type === 'channel.connection.changed' || event.type === 'channel.audited') return event.data.channelId;
  if (event.type !== 'channel.delivery.updated') return `${event.data.channelId}:${event.data.threadExternalId}`;
  const { channelId, threadExternalId, messageId } = event.data;
  return threadExternalId === null ? messageId : `${channelId}:${threadExternalId}`;
}
