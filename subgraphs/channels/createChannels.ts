import { createSubgraph } from '#platform/graphql/subgraphServer.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import type { Service } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createContextStores } from '#platform/postgres/contextStores.ts';
import type { Database } from '#platform/postgres/database.ts';
import { createKeyring, type Keyring } from '#platform/secrets/keyring.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { readSubgraph } from '#schema/subgraphFiles.ts';
import type { ChannelsConfig } from './config.ts';
import { createDeliverer } from './consumers/deliver.ts';
import { createNormaliser } from './consumers/normalise.ts';
import { createContext } from './context.ts';
import { entities } from './entities/index.ts';
import { createHealthRecorder } from './health/healthRecorder.ts';
import { resolvers } from './resolvers/index.ts';
import { platformConnections } from './platforms/http/sendRequest.ts';
import { createTelegramApi } from './platforms/telegram/api.ts';
import { createTelegramSender } from './platforms/telegram/sender.ts';
import { createChannelDirectory } from './webhooks/channelDirectory.ts';
import { mountMetaWebhook } from './webhooks/metaWebhook.ts';
import { mountTelegramWebhook } from './webhooks/telegramWebhook.ts';

export interface Channels extends Service {
  /** Where it answers, once it has started. */
  url(): string;
  readonly database: Database<SwitchboardCatalogue>;
  readonly keyring: Keyring;
}

/** Companies and their connected accounts: as a subgraph, with webhooks in and deliveries out. */
export function createChannels(
  config: ChannelsConfig,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
): Channels {
  const name = 'channels';
  const { host, port, publicUrl, identitySecret } = config;
  const keyring = createKeyring(config.credentials);
  const stores = createContextStores({ context: name, config, entities, catalogue, logger, metrics });
  const { nats, database } = stores;
  const health = createHealthRecorder({ database, logger });
  const normaliser = createNormaliser({ nats, database, logger, metrics });
  const connections = platformConnections();
  const sender = createTelegramSender(createTelegramApi({ apiUrl: config.telegramApiUrl, connections }));
  const deliverer = createDeliverer({ nats, database, sender, keyring, health, logger, metrics });
  const { checks } = stores;
  const http = createHttpServer({ name, host, port, logger, metrics, checks: () => checks });
  const directory = createChannelDirectory({ database, keyring, logger, metrics });
  mountTelegramWebhook(http.app, { nats, directory, health, metrics });
  mountMetaWebhook(http.app, { config: config.meta, nats, metrics });
  const subgraph = createSubgraph({
    name,
    typeDefs: readSubgraph(name),
    resolvers,
    http,
    identitySecret,
    logger,
    metrics,
    context: (identity) => createContext(identity, { database, publicUrl }),
  });

  const platforms = {
    name: 'connections to platforms',
    start: () => Promise.resolve(),
    stop: () => (connections.destroyed ? Promise.resolve() : connections.close()),
  };
  const parts = [...stores.parts, health, normaliser, platforms, deliverer, subgraph, http];
  return { ...createService(name, parts, { logger, checks }), url: () => http.url(), database, keyring };
}
