import { createRedis } from '#platform/cache/redis.ts';
import { createFileSigner } from '#platform/files/signedAddress.ts';
import { createSubgraph } from '#platform/graphql/subgraphServer.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import type { Service } from '#platform/lifecycle/part.ts';
import { createPacer } from '#platform/limits/pacer.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createContextStores } from '#platform/postgres/contextStores.ts';
import type { Database } from '#platform/postgres/database.ts';
import { createKeyring, type Keyring } from '#platform/secrets/keyring.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { readSubgraph } from '#schema/subgraphFiles.ts';
import { createFiles } from './attachments/createFiles.ts';
import type { ChannelsConfig } from './config.ts';
import { createDeliverer } from './consumers/deliver.ts';
import { createNormaliser } from './consumers/normalise.ts';
import { createContext } from './context.ts';
import { entities } from './entities/index.ts';
import { createHealthRecorder } from './health/healthRecorder.ts';
import { mountFiles } from './http/serveFile.ts';
import { resolvers } from './resolvers/index.ts';
import { platformConnections } from './platforms/http/sendRequest.ts';
import { createTelegramAccount } from './platforms/telegram/account.ts';
import { createTelegramApi } from './platforms/telegram/api.ts';
import { createTelegramSender } from './platforms/telegram/sender.ts';
import { telegramToFacts } from './platforms/telegram/toFacts.ts';
import { webChatToFacts } from './platforms/webchat/toFacts.ts';
import { createKeepEvent } from './webchat/keepEvent.ts';
import { mountWebChat } from './webchat/mountWebChat.ts';
import { serveWidget } from './webchat/serveWidget.ts';
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
  const normalisers = [
    createNormaliser({
      platform: 'TELEGRAM',
      durable: 'channels-normalise',
      subject: 'ingest.telegram.>',
      toFacts: telegramToFacts,
      nats,
      database,
      logger,
      metrics,
    }),
    createNormaliser({
      platform: 'WEB_CHAT',
      durable: 'channels-normalise-webchat',
      subject: 'ingest.webchat.>',
      toFacts: webChatToFacts,
      nats,
      database,
      logger,
      metrics,
    }),
  ];
  const connections = platformConnections();
  const telegram = createTelegramApi({ apiUrl: config.telegramApiUrl, connections });
  const sender = createTelegramSender(telegram);
  const deliverer = createDeliverer({ nats, database, sender, keyring, health, logger, metrics });
  const redis = createRedis({ url: config.redisUrl, name, logger });
  const pacer = createPacer({ redis, logger, metrics });
  const {
    store,
    keepFile,
    parts: files,
  } = createFiles({
    config: config.files,
    trustedOrigins: [config.telegramApiUrl, ...(config.meta ? [config.meta.graphUrl, config.meta.instagramUrl] : [])],
    accounts: { TELEGRAM: createTelegramAccount(telegram) },
    nats,
    database,
    redis,
    pacer,
    keyring,
    logger,
    metrics,
  });
  const { checks } = stores;
  const http = createHttpServer({
    name,
    host,
    port,
    logger,
    metrics,
    checks: () => checks,
    // Only the router reaches this service, and it says whose request it hands on.
    trustProxy: true,
  });
  const directory = createChannelDirectory({ database, keyring, logger, metrics });
  mountTelegramWebhook(http.app, { nats, directory, health, metrics });
  mountMetaWebhook(http.app, { config: config.meta, nats, metrics });
  const signer = createFileSigner({ secret: config.files.secret, baseUrl: publicUrl });
  mountFiles(http.app, { store, signer, database, metrics });
  serveWidget(http.app, { publicUrl });
  mountWebChat(http.app, {
    tokens: config.visitorTokens,
    keepFile,
    maxFileBytes: config.files.maxBytes,
    pacer,
    database,
    keyring,
    logger,
    metrics,
  });
  const keep = createKeepEvent({ nats, health });
  const subgraph = createSubgraph({
    name,
    typeDefs: readSubgraph(name),
    resolvers,
    http,
    identitySecret,
    logger,
    metrics,
    visitors: { query: [], mutation: ['sendChatMessage', 'markChatRead'], entities: [] },
    context: (identity) => createContext(identity, { database, publicUrl, keep }),
  });

  const platforms = {
    name: 'connections to platforms',
    start: () => Promise.resolve(),
    stop: () => (connections.destroyed ? Promise.resolve() : connections.close()),
  };
  const parts = [...stores.parts, redis, health, ...normalisers, platforms, deliverer, ...files, subgraph, http];
  return { ...createService(name, parts, { logger, checks }), url: () => http.url(), database, keyring };
}
