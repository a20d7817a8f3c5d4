import { LRUCache } from 'lru-cache';
import { v7 } from 'uuid';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { EventOf } from '#platform/events/catalogue.ts';
import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { claimDelivery, type DeliveryKey } from '../commands/claimDelivery.ts';
import { recordDelivery, type DeliveryOutcome } from '../commands/recordDelivery.ts';
import type { HealthRecorder } from '../health/healthRecorder.ts';
import { unconfirmed } from '../platforms/failure.ts';
import { SEND_LIMIT_MS, type Sender } from '../platforms/outbound.ts';
import { sendDelivery } from './sendDelivery.ts';

type MessageCreatedEvent = EventOf<SwitchboardCatalogue, 'conversation.message.created'>;

const CONCURRENCY = 16;
/** Far more than can be under way at once. */
const MAX_UNRECORDED = 1_000;
const ABANDONED_AFTER_MS = SEND_LIMIT_MS + 5_000;

/**
 * Brings the company's messages to the platform, each at most once.
 *
 * The platform has no idempotency key, so the order of things is everything: (1) a claim is committed, (2) the message is
 * sent, (3) the outcome is committed together with the event that tells it. Who finds a claim of another process without
 * an outcome cannot know whether (2) happened and says so: FAILED with SEND_UNCONFIRMED, for a person to decide. Only what
 * certainly was not sent is tried again by itself.
 *
 * Between (2) and (3) the outcome is held here, and recording it is tried again for as long as Postgres is away, without
 * sending again; a process that dies with Postgres away leaves the claim, that is SEND_UNCONFIRMED.
 */
export function createDeliverer(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly sender: Sender;
  readonly keyring: Keyring;
  readonly health: HealthRecorder;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, sender, keyring, health, logger, metrics } = options;
  const outcomes = metrics.counter('switchboard_channels_deliveries_total', 'Tries to send, by how they ended', [
    'outcome',
  ]);
  /** By message: what has been sent (or certainly not), and under which claim. */
  const unrecorded = new LRUCache<string, { key: DeliveryKey; outcome: DeliveryOutcome }>({ max: MAX_UNRECORDED });
  let claimedBy = v7();
  let stopping = new AbortController();

  async function deliver(event: MessageCreatedEvent): Promise<void> {
    const { conversation, message, delivery } = event.data;
    if (!delivery || message.direction !== 'OUTBOUND' || message.isPrivate) return;
    const key: DeliveryKey = {
      companyId: event.companyId,
      messageId: message.id,
      channelId: conversation.channelId,
      conversationId: conversation.id,
      claimedBy,
    };
    // Ends: tries are counted in the row, and claims of others grow old.
    for (;;) {
      const result = unrecorded.get(message.id)?.outcome ?? (await attempt(event, key));
      if (result === 'settled') return;
      if (result !== 'elsewhere') {
        await record(key, result);
        if (result.status !== 'WAITING') return;
      }
      await pause(result === 'elsewhere' ? 1_000 : result.waitMs, stopping.signal);
      if (stopping.signal.aborted) throw new Error('stopped while a delivery waited for its next try');
    }
  }

  async function record(key: DeliveryKey, outcome: DeliveryOutcome): Promise<void> {
    const held = unrecorded.get(key.messageId) ?? { key, outcome };
    unrecorded.set(key.messageId, held);
    const recorded = await recordDelivery(database, held.key, outcome);
    unrecorded.delete(key.messageId);
    if (recorded) observe(key, outcome);
    else logger.warn({ messageId: key.messageId }, 'an outcome was recorded before, or its claim was given up');
  }

  async function attempt(
    event: MessageCreatedEvent,
    key: DeliveryKey,
  ): Promise<DeliveryOutcome | 'settled' | 'elsewhere'> {
    const claim = await claimDelivery(database, key, { abandonedAfterMs: ABANDONED_AFTER_MS });
    switch (claim.kind) {
      case 'settled':
      case 'elsewhere':
        return claim.kind;
      case 'abandoned': {
        const reason = 'the process that sent it ended before it knew the outcome';
        const { sentParts } = claim;
        return { status: 'FAILED', sentParts, externalMessageId: null, failure: unconfirmed(reason) };
      }
      case 'claimed':
        return sendDelivery(event, claim, { sender, keyring });
    }
  }

  function observe({ companyId, channelId, messageId }: DeliveryKey, outcome: DeliveryOutcome): void {
    outcomes.inc({ outcome: outcome.status });
    if (outcome.status === 'SENT') {
      health.note(companyId, channelId, { lastDeliveryAt: new Date(), lastError: null });
      return;
    }
    const { code, message } = outcome.failure;
    logger.warn({ companyId, channelId, messageId, status: outcome.status, code, reason: message }, 'not delivered');
    health.note(companyId, channelId, { lastError: `${code}: ${message}` });
  }

  const consumer = createEventConsumer({
    nats,
    durable: 'channels-deliver',
    filterSubject: 'events.conversation.>',
    catalogue,
    // A conversation's messages go out in their order, and one that waits holds up others only when CONCURRENCY of them do.
    keyOf: ({ data, id }) => ('conversation' in data ? data.conversation.id : id),
    handlers: { 'conversation.message.created': deliver },
    concurrency: CONCURRENCY,
    logger,
    metrics,
  });

  return {
    name: 'deliveries',
    async start() {
      stopping = new AbortController();
      claimedBy = v7();
      await consumer.start();
    },
    async stop() {
      stopping.abort();
      await consumer.stop();
      for (const [messageId, { outcome }] of unrecorded) {
        logger.error({ messageId, status: outcome.status }, 'stopped before the outcome of a send could be recorded');
      }
    },
  };
}
