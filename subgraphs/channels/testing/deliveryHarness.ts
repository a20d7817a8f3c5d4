import { randomBytes, randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { createRedis } from '#platform/cache/redis.ts';
import { createEventBus } from '#platform/events/bus.ts';
import { createEvent, type AnyEvent, type NewEvent } from '#platform/events/catalogue.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import { createCircuitBreaker } from '#platform/limits/circuitBreaker.ts';
import { createPacer } from '#platform/limits/pacer.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createContextStores } from '#platform/postgres/contextStores.ts';
import type { WriteTransaction } from '#platform/postgres/database.ts';
import { provisionContext } from '#platform/postgres/provision.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import { createDeliveryEnqueuer } from '../consumers/enqueueDeliveries.ts';
import { createSignals } from '../consumers/signals.ts';
import { createDeliveryWorkers } from '../delivery/workers.ts';
import { entities } from '../entities/index.ts';
import { createHealthRecorder } from '../health/healthRecorder.ts';
import { migrations } from '../migrations/index.ts';
import type { Senders } from '../platforms/senders.ts';
import { seedChannels } from '../seed.ts';
import { newTenant } from './harness.ts';
import { messageCreated } from './messageCreated.ts';
import { readEvents } from './readEvents.ts';
import { createScriptedSender } from './scriptedSender.ts';

type Event = AnyEvent<SwitchboardCatalogue>;
type Transaction = WriteTransaction<SwitchboardCatalogue>;

/** For how long an account is left alone whose platform is in trouble. */
export const TROUBLE_PAUSE_MS = 1_000;

/** The delivery side alone, with platforms that do as they are told: TELEGRAM never confirms, and changes what it has; MESSENGER the other way. */
export async function openDeliveries(urls: { adminUrl: string; natsUrl: string; redisUrl: string }) {
  const addresses = await provisionContext({
    adminUrl: urls.adminUrl,
    context: 'channels',
    appPassword: 'app',
    relayPassword: 'relay',
    migrations,
    logger,
  });
  const keyring = createKeyring({ activeKeyId: 'k1', keys: { k1: randomBytes(32).toString('base64') } });
  const silent = createScriptedSender({ confirms: false, revises: true });
  const confirming = createScriptedSender({ confirms: true });
  const senders: Senders = {
    TELEGRAM: silent.sender,
    WEB_CHAT: silent.sender,
    MESSENGER: confirming.sender,
    INSTAGRAM: confirming.sender,
    WHATSAPP: confirming.sender,
  };

  /** As one process of the service has it; the caller starts and stops it. */
  function process() {
    const metrics = createMetrics({ service: 'channels' });
    const config = {
      databaseUrl: addresses.appUrl,
      relayDatabaseUrl: addresses.relayUrl,
      pool: { max: 8, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000, idleTimeoutMs: 10_000 },
      natsUrl: urls.natsUrl,
    };
    const stores = createContextStores({ context: 'channels', config, entities, catalogue, logger, metrics });
    const { nats, database } = stores;
    const redis = createRedis({ url: urls.redisUrl, name: 'channels', logger });
    const health = createHealthRecorder({ database, logger });
    const workers = createDeliveryWorkers({
      database,
      senders,
      keyring,
      pacer: createPacer({ redis, logger, metrics }),
      breaker: createCircuitBreaker({ firstPauseMs: TROUBLE_PAUSE_MS }),
      fileAddress: (fileKey) => `https://files.example.com/${fileKey}`,
      health,
      logger,
      metrics,
    });
    const enqueuer = createDeliveryEnqueuer({ nats, database, wake: () => workers.wake(), logger, metrics });
    const signals = createSignals({ nats, database, senders, keyring, logger, metrics });
    const parts = [...stores.parts, redis, health, workers, enqueuer, signals];
    return { ...createService('channels', parts, { logger }), nats, database, metrics };
  }

  const main = process();
  await main.start();
  const { nats, database } = main;
  const bus = createEventBus({ nats, metrics: main.metrics });

  async function publish(companyId: string, event: NewEvent<SwitchboardCatalogue>): Promise<Event> {
    const created = createEvent(catalogue, companyId, event);
    await bus.publish([created]);
    return created;
  }

  /** A company with a channel, and a conversation in it. */
  async function connect(platform: Platform = 'TELEGRAM') {
    const tenant = newTenant();
    await seedChannels(database, keyring, [tenant.seed()]);
    const companyId = tenant.company.id;
    const channelId = tenant.channel.id;
    const conversationId = randomUUID();
    const told = () => readEvents({ nats, adminUrl: urls.adminUrl }, companyId);
    const write = <T>(work: (transaction: Transaction) => Promise<T>) => database.write(companyId, work);
    await write(({ sql }) => sql`update channels.channels set platform = ${platform} where company_id = ${companyId}`);
    const written = (text: string | null, overrides: Parameters<typeof messageCreated>[3] = {}) =>
      messageCreated(tenant, conversationId, text, { chatId: `thread-${conversationId}`, ...overrides });
    return {
      companyId,
      channelId,
      conversationId,
      threadExternalId: `thread-${conversationId}`,
      told,
      write,
      written,
      /** An agent writes to the contact. */
      async send(text: string | null, overrides: Parameters<typeof messageCreated>[3] = {}) {
        const event = written(text, overrides);
        return { event: await publish(companyId, event), data: event.data, messageId: event.data.message.id };
      },
      async retry(data: ReturnType<typeof messageCreated>['data']) {
        const { conversation, message, delivery } = data;
        if (!delivery) throw new Error('only what goes to the contact is retried');
        const actor = { kind: 'agent' } as const;
        return publish(companyId, {
          type: 'conversation.message.retried',
          actor,
          data: { conversation, message, delivery },
        });
      },
      /** An agent wants a message changed. */
      async revise(
        data: ReturnType<typeof messageCreated>['data'],
        kind: 'EDIT' | 'DELETE',
        text: string | null = null,
      ) {
        const { conversation, message, delivery } = data;
        if (!delivery) throw new Error('only what goes to the contact is changed there');
        const { threadExternalId } = delivery;
        // As the inbox makes it: of two in one millisecond the id says which came first.
        const revision = { id: v7(), kind, text, requestedAt: new Date().toISOString() };
        const event = await publish(companyId, {
          type: 'conversation.message.revised',
          actor: { kind: 'agent' },
          data: { conversation, message, threadExternalId, revision },
        });
        return { event, revisionId: revision.id };
      },
      /** What was told of changes, oldest first. */
      async revised() {
        const events = await told();
        return events.flatMap((event) => (event.type === 'channel.message.revised' ? [event.data] : []));
      },
      /** What was told of deliveries, oldest first. */
      async outcomes() {
        const events = await told();
        return events.flatMap((event) => (event.type === 'channel.delivery.updated' ? [event.data] : []));
      },
      /** As if its time had come: leases run out, waits end. */
      hurry: () =>
        write(async ({ sql }) => {
          await sql`
            update channels.deliveries set updated_at = now() - interval '10 minutes' where company_id = ${companyId}`;
          await sql`
            update channels.delivery_queues set due_at = now() - make_interval(secs => 1) where company_id = ${companyId} and due_at < 'infinity'`;
        }),
      parts: (messageId: string) =>
        write(
          ({ sql }) => sql<{ part: number; status: string; externalId: string | null }>`
            select part, status, external_id as "externalId" from channels.delivery_parts
            where company_id = ${companyId} and message_id = ${messageId} order by part`,
        ),
      queue: () =>
        write(
          ({ sql }) => sql<{ dueAt: Date | number; leasedBy: string | null }>`
            select due_at as "dueAt", leased_by as "leasedBy" from channels.delivery_queues
            where company_id = ${companyId} and conversation_id = ${conversationId}`,
        ),
      setStatus: (status: string) =>
        write(({ sql }) => sql`update channels.channels set status = ${status} where company_id = ${companyId}`),
    };
  }

  return { main, process, nats, database, keyring, senders, silent, confirming, publish, connect };
}
export type Deliveries = Awaited<ReturnType<typeof openDeliveries>>;
export type Connected = Awaited<ReturnType<Deliveries['connect']>>;
