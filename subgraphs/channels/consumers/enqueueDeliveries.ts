import { v7 } from 'uuid';
import type { EventOf } from '#platform/events/catalogue.ts';
import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Turn } from '#platform/events/pull.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { useUploads } from '../attachments/keepFile.ts';
import { enqueueDelivery, newDelivery, retryDelivery } from '../commands/enqueueDelivery.ts';
import { enqueueRevision } from '../commands/enqueueRevision.ts';

const CONCURRENCY = 16;
/** Longer than a batch takes; when the process that has it dies, the others wait for so long. */
const TURN_MS = 10_000;

/**
 * Puts what conversations want sent into the queues: in one process at a time, or two messages of a conversation could be
 * put in by two of them, and the second be sent before the first is there.
 *
 * @param options.wake Called when there is something in them.
 */
export function createDeliveryEnqueuer(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly wake: () => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, wake, logger, metrics } = options;

  /** Also those of a note. */
  async function keepUploads({ companyId, data }: EventOf<SwitchboardCatalogue, 'conversation.message.created'>) {
    if (data.message.direction !== 'OUTBOUND') return;
    const ids = data.message.attachments.flatMap(({ id, fileKey }) => (id !== null && fileKey !== null ? [id] : []));
    if (ids.length > 0) await database.write(companyId, ({ sql }) => useUploads(sql, companyId, ids));
  }

  async function created(event: EventOf<SwitchboardCatalogue, 'conversation.message.created'>): Promise<void> {
    await keepUploads(event);
    const delivery = newDelivery(event);
    if (!delivery) return;
    await enqueueDelivery(database, delivery);
    wake();
  }

  async function retried(event: EventOf<SwitchboardCatalogue, 'conversation.message.retried'>): Promise<void> {
    const delivery = newDelivery(event);
    if (!delivery) return;
    await retryDelivery(database, delivery, event.occurredAt);
    wake();
  }

  async function revised(event: EventOf<SwitchboardCatalogue, 'conversation.message.revised'>): Promise<void> {
    await enqueueRevision(database, event);
    wake();
  }

  return createEventConsumer({
    nats,
    durable: 'channels-deliver',
    filterSubject: 'events.conversation.>',
    catalogue,
    keyOf: ({ data, id }) => ('conversation' in data ? data.conversation.id : id),
    handlers: {
      'conversation.message.created': created,
      'conversation.message.retried': retried,
      'conversation.message.revised': revised,
    },
    concurrency: CONCURRENCY,
    turn: createTurn(database, 'channels-deliver'),
    logger,
    metrics,
  });
}

function createTurn(database: Database<SwitchboardCatalogue>, name: string): Turn {
  const taker = v7();
  const take = async (ms: number): Promise<boolean> => {
    const [turn] = await database.across<{ taken: boolean }>`
      select channels.take_turn(${name}, ${taker}, ${ms} * interval '1 millisecond') as taken`;
    return turn?.taken === true;
  };
  return {
    take: () => take(TURN_MS),
    release: async () => {
      await take(0);
    },
  };
}
