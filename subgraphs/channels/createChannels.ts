import type { RequestListener } from 'node:http';
import { createRedis } from '#platform/cache/redis.ts';
import { createFileSigner } from '#platform/files/signedAddress.ts';
import { createSubgraph, type LocalService } from '#platform/graphql/subgraphServer.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import { createCircuitBreaker } from '#platform/limits/circuitBreaker.ts';
import { createPacer } from '#platform/limits/pacer.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createContextStores } from '#platform/postgres/contextStores.ts';
import type { Database } from '#platform/postgres/database.ts';
import { createKeyring, type Keyring } from '#platform/secrets/keyring.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { readSubgraph } from '#schema/subgraphFiles.ts';
import { access } from './access.ts';
import { createFiles } from './attachments/createFiles.ts';
import type { ChannelsConfig } from './config.ts';
import { createDeliveryEnqueuer } from './consumers/enqueueDeliveries.ts';
import { createCallbackAnswerer } from './consumers/answerCallbacks.ts';
import { createErasureConsumer } from './consumers/erasures.ts';
import { createNormalisers } from './consumers/normalise.ts';
import { createSignals } from './consumers/signals.ts';
import { createContext } from './context.ts';
import { createDeliveryWorkers } from './delivery/workers.ts';
import { createFindAccount } from './credentials/findAccount.ts';
import { createResealer } from './credentials/createResealer.ts';
import { entities } from './entities/index.ts';
import { createForgetting } from './forgetting.ts';
import { createHealthRecorder } from './health/healthRecorder.ts';
import { mountExports } from './http/serveExport.ts';
import { mountFiles } from './http/serveFile.ts';
import { mountAgentUploads } from './http/takeUpload.ts';
import { resolvers } from './resolvers/index.ts';
import { createPlatformApis } from './platforms/apis.ts';
import { createSenders } from './platforms/senders.ts';
import { createAccounts } from './platforms/accounts.ts';
import { createTelegramAccount } from './platforms/telegram/account.ts';
import { createAgentUploads } from './uploads/agentUploads.ts';
import { createAccountDirectory } from './webhooks/accountDirectory.ts';
import { createKeepEvent } from './webchat/keepEvent.ts';
import { mountWebChat } from './webchat/mountWebChat.ts';
import { serveWidget } from './webchat/serveWidget.ts';
import { createChannelDirectory } from './webhooks/channelDirectory.ts';
import { mountMetaWebhook } from './webhooks/metaWebhook.ts';
import { mountTelegramWebhook } from './webhooks/telegramWebhook.ts';

export interface Channels extends LocalService {
  /** Where it answers, once it has started. */
  url(): string;
  /** What answers there, for a router in the same process. */
  readonly handle: RequestListener;
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
  const apis = createPlatformApis(config);
  const accounts = createAccounts(apis);
  const findAccount = createFindAccount(database, keyring);
  const redis = createRedis({ url: config.redisUrl, name, logger });
  const pacer = createPacer({ redis, logger, metrics });
  const {
    store,
    keepFile,
    profiler,
    openFile,
    parts: files,
  } = createFiles({
    config: config.files,
    trustedOrigins: [config.telegramApiUrl, ...(config.meta ? [config.meta.graphUrl, config.meta.instagramUrl] : [])],
    accounts,
    nats,
    database,
    redis,
    pacer,
    findAccount,
    logger,
    metrics,
  });
  const senders = createSenders(apis, openFile);
  const signer = createFileSigner({ secret: config.files.secret, baseUrl: publicUrl });
  const workers = createDeliveryWorkers({
    database,
    senders,
    keyring,
    pacer,
    breaker: createCircuitBreaker(),
    fileAddress: (fileKey) => signer.sign(fileKey),
    health,
    logger,
    metrics,
  });
  const enqueuer = createDeliveryEnqueuer({ nats, database, wake: () => workers.wake(), logger, metrics });
  const signals = createSignals({ nats, database, senders, keyring, logger, metrics });
  const callbacks = createCallbackAnswerer({ findAccount, telegram: createTelegramAccount(apis.telegram), logger });
  const normalisers = createNormalisers({
    nats,
    database,
    accounts: createAccountDirectory(database),
    health,
    onMessage: (companyId, message) => profiler.note(companyId, message),
    onCallback: (companyId, channelId, callbackId) => callbacks.answer(companyId, channelId, callbackId),
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
  mountFiles(http.app, { store, signer, database, metrics });
  mountExports(http.app, { store, signer });
  const { secret, maxBytes } = config.files;
  const agentUploads = createAgentUploads({ secret, maxBytes, pacer, database });
  mountAgentUploads(http.app, { agentUploads, keepFile });
  const tools = { database, keyring, accounts, publicUrl, agentUploads, logger };
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
    access,
    context: (identity) => createContext(identity, tools, keep),
  });

  const forgetting = createForgetting({ database, logger, metrics });
  const resealer = createResealer({ database, keyring, logger });
  const erasures = createErasureConsumer({ nats, database, store, logger, metrics });
  const receiving = [callbacks, ...normalisers];
  const sending = [...apis.parts, workers, enqueuer, signals];
  const parts = [
    ...stores.parts,
    redis,
    resealer,
    forgetting,
    health,
    ...receiving,
    ...sending,
    ...files,
    erasures,
    subgraph,
    http,
  ];
  return {
    ...createService(name, parts, { logger, checks }),
    local: subgraph.local,
    url: () => http.url(),
    handle: http.handle,
    database,
    keyring,
  };
}
