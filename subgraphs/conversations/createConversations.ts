import { createEventBus } from '#platform/events/bus.ts';
import { connectNats } from '#platform/events/nats.ts';
import { ensureStreams } from '#platform/events/streams.ts';
import { createSubgraph } from '#platform/graphql/subgraphServer.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import type { Part, Service } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createDatabase, type Database } from '#platform/postgres/database.ts';
import { createOutboxRelay } from '#platform/postgres/outboxRelay.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { readSubgraph } from '#schema/subgraphFiles.ts';
import type { ConversationsConfig } from './config.ts';
import { createReceivedConsumer } from './consumers/received.ts';
import { createContext } from './context.ts';
import { entities } from './entities/index.ts';
import { resolvers } from './resolvers/index.ts';
import { createSnoozeClock } from './snoozeClock.ts';

export interface Conversations extends Service {
  /** Where it answers, once it has started. */
  url(): string;
  readonly database: Database<SwitchboardCatalogue>;
}

/** The inbox: contacts, conversations, messages, agents, teams and labels, as a subgraph and as what keeps them up to date. */
export function createConversations(
  config: ConversationsConfig,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
): Conversations {
  const name = 'conversations';
  const { reopenWithinMs, snoozePollMs, identitySecret } = config;
  const nats = connectNats({ url: config.natsUrl, name, logger, metrics });
  const streams: Part = { name: 'streams', start: () => ensureStreams(nats.manager), stop: async () => undefined };
  const relay = createOutboxRelay({
    context: name,
    url: config.relayDatabaseUrl,
    bus: createEventBus({ nats, metrics }),
    logger,
    metrics,
  });
  const database = createDatabase({
    context: name,
    url: config.databaseUrl,
    entities,
    pool: config.pool,
    catalogue,
    wakeRelay: () => relay.wake(),
    logger,
    metrics,
  });
  const checks = { postgres: database.check, nats: nats.check };
  const http = createHttpServer({ name, host: config.host, port: config.port, logger, metrics, checks: () => checks });
  const subgraph = createSubgraph({
    name,
    typeDefs: readSubgraph(name),
    resolvers,
    http,
    identitySecret,
    logger,
    metrics,
    context: (identity) => createContext(database, identity),
  });
  const received = createReceivedConsumer({ nats, database, reopenWithinMs, logger, metrics });
  const snoozeClock = createSnoozeClock({ database, pollMs: snoozePollMs, logger, metrics });

  const parts = [nats, streams, database, relay, received, snoozeClock, subgraph, http];
  return { ...createService(name, parts, { logger, checks }), url: () => http.url(), database };
}
