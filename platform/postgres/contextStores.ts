import { createEventBus } from '#platform/events/bus.ts';
import type { Catalogue } from '#platform/events/catalogue.ts';
import { connectNats, type NatsPart } from '#platform/events/nats.ts';
import { createStreams } from '#platform/events/streams.ts';
import type { Check, Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createDatabase, type Database } from './database.ts';
import { createLastWrites } from './lastWrites.ts';
import { createOutboxRelay } from './outboxRelay.ts';

/** What a context keeps its facts in and tells them by. */
export interface ContextStores<C extends Catalogue> {
  readonly nats: NatsPart;
  readonly database: Database<C>;
  /** To be started first, in this order. */
  readonly parts: readonly Part[];
  readonly checks: Readonly<Record<'postgres' | 'nats', Check>>;
}

/** The context's database, the stream, and the relay that brings what the one has committed to the other. */
export function createContextStores<C extends Catalogue>(
  options: Omit<Parameters<typeof createDatabase<C>>[0], 'url' | 'pool' | 'wakeRelay' | 'replica'> & {
    readonly config: {
      readonly databaseUrl: string;
      readonly relayDatabaseUrl: string;
      readonly pool: Parameters<typeof createDatabase<C>>[0]['pool'];
      readonly replica?: { readonly url: string; readonly redisUrl: string } | undefined;
      readonly natsUrl: string;
    };
    readonly logger: Logger;
    readonly metrics: Metrics;
  },
): ContextStores<C> {
  const { context, config, logger, metrics } = options;
  const nats = connectNats({ url: config.natsUrl, name: context, logger, metrics });
  const bus = createEventBus({ nats, metrics });
  const lastWrites = config.replica && createLastWrites({ context, redisUrl: config.replica.redisUrl, logger });
  const relay = createOutboxRelay({ context, url: config.relayDatabaseUrl, bus, lastWrites, logger, metrics });
  const database = createDatabase({
    ...options,
    url: config.databaseUrl,
    pool: config.pool,
    replica: config.replica && lastWrites && { url: config.replica.url, lastWrites },
    wakeRelay: () => relay.wake(),
  });
  return {
    nats,
    database,
    parts: [nats, createStreams(nats), ...(lastWrites ? [lastWrites] : []), database, relay],
    checks: { postgres: database.check, nats: nats.check },
  };
}
