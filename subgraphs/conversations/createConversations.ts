import { createRedis } from '#platform/cache/redis.ts';
import { publishSignal } from '#platform/events/publishSignal.ts';
import { createFileStore } from '#platform/files/createFileStore.ts';
import { createFileSigner } from '#platform/files/signedAddress.ts';
import { createTokenSigner } from '#platform/files/signedToken.ts';
import { createSubgraph, type LocalService } from '#platform/graphql/subgraphServer.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createContextStores } from '#platform/postgres/contextStores.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { partnersSubject, typingSubject, viewersSubject } from '#schema/events/signals.ts';
import { upload, UPLOAD_PURPOSE } from '#schema/uploads.ts';
import { readSubgraph } from '#schema/subgraphFiles.ts';
import { access } from './access/permissions.ts';
import { createAssignmentSweep } from './assignment/assignmentSweep.ts';
import { createDispatcher } from './assignment/dispatcher.ts';
import { createReliefClock } from './assignment/reliefClock.ts';
import type { ConversationsConfig } from './config.ts';
import { createBotClock } from './botClock.ts';
import { createBulkClock } from './bulkClock.ts';
import { createClearUpClock } from './clearUpClock.ts';
import { createAssignmentConsumer } from './consumers/assignment.ts';
import { createBotConsumer } from './consumers/bot.ts';
import { createErasureConsumer } from './consumers/erasures.ts';
import { createReceivedConsumer } from './consumers/received.ts';
import { createContext, type TellPartners, type TellTyping, type TellViewers } from './context.ts';
import { entities } from './entities/index.ts';
import { createForgetting } from './forgetting.ts';
import { createPresenceStore } from './presence/presenceStore.ts';
import { createPresenceWatch } from './presence/presenceWatch.ts';
import { createRedisCalls } from './presence/redisCalls.ts';
import { createViewersStore } from './presence/viewersStore.ts';
import { mountPartnerRoutes } from './http/partnerRoutes.ts';
import { resolvers } from './resolvers/index.ts';
import { createRetentionClock } from './privacy/retentionClock.ts';
import { createPrivacyWorker } from './privacy/worker.ts';
import { createSnoozeClock } from './snoozeClock.ts';

/** Longer than Redis ever takes to say who is there; a page waits no longer for what it can do without. */
const PRESENCE_LIMIT_MS = 200;

export interface Conversations extends LocalService {
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
  const stores = createContextStores({ context: name, config, entities, catalogue, logger, metrics });
  const { nats, database } = stores;
  const redis = createRedis({ url: config.redisUrl, name, logger });
  // Not Redis: without it the inbox goes on.
  const { checks } = stores;
  const calls = createRedisCalls({ redis, limitMs: PRESENCE_LIMIT_MS, logger, metrics });
  const presence = createPresenceStore({ redis: calls, deviceLifetimeMs: config.deviceLifetimeMs });
  const viewers = createViewersStore({ redis: calls });
  const http = createHttpServer({ name, host: config.host, port: config.port, logger, metrics, checks: () => checks });
  const tellTyping: TellTyping = (companyId, signal) => publishSignal(nats, typingSubject(companyId), signal);
  const tellViewers: TellViewers = (companyId, signal) => publishSignal(nats, viewersSubject(companyId), signal);
  const tellPartners: TellPartners = (companyId, signal) => publishSignal(nats, partnersSubject(companyId), signal);
  const signer = createFileSigner({ secret: config.files.secret, baseUrl: config.files.publicUrl });
  const uploads = createTokenSigner({ secret: config.files.secret, purpose: UPLOAD_PURPOSE, model: upload });
  const subgraph = createSubgraph({
    name,
    typeDefs: readSubgraph(name),
    resolvers,
    http,
    identitySecret,
    logger,
    metrics,
    access,
    context: (identity) =>
      createContext(
        {
          database,
          presence,
          viewers,
          tellTyping,
          tellViewers,
          tellPartners,
          signFile: (key) => signer.sign(key),
          uploads,
          reopenWithinMs,
        },
        identity,
      ),
  });
  mountPartnerRoutes(http.app, { database, identitySecret });
  const received = createReceivedConsumer({ nats, database, reopenWithinMs, logger, metrics });
  const erasures = createErasureConsumer({ nats, database, logger, metrics });
  const bot = createBotConsumer({ nats, database, logger, metrics });
  const snoozeClock = createSnoozeClock({ database, pollMs: snoozePollMs, logger, metrics });
  const clearUpClock = createClearUpClock({ database, pollMs: snoozePollMs, logger });
  const botClock = createBotClock({ database, pollMs: snoozePollMs, logger, metrics });
  const bulkClock = createBulkClock({ database, pollMs: snoozePollMs, logger });
  const forgetting = createForgetting({ database, logger, metrics });

  const files = createFileStore(config.files.url);
  const privacy = createPrivacyWorker({
    database,
    store: files,
    pollMs: config.privacyPollMs,
    logger,
    metrics,
  });

  const retention = createRetentionClock({
    database,
    pollMs: config.retentionPollMs,
    now: () => new Date(),
    logger,
    metrics,
  });

  const presenceWatch = createPresenceWatch({ database, presence, logger, metrics });

  const dispatcher = createDispatcher({ database, presence, metrics });
  const everyMs = config.assignmentSweepMs;
  const assignmentSweep = createAssignmentSweep({ database, dispatcher, everyMs, logger, metrics });
  // What waited while nobody knew who is there.
  redis.client.on('ready', () => assignmentSweep.wake());
  const assignment = [
    createAssignmentConsumer({ nats, dispatcher, logger, metrics }),
    createReliefClock({ database, presence, pollMs: snoozePollMs, logger, metrics }),
    assignmentSweep,
  ];

  const parts = [
    ...stores.parts,
    redis,
    files,
    received,
    erasures,
    bot,
    snoozeClock,
    clearUpClock,
    botClock,
    bulkClock,
    forgetting,
    privacy,
    retention,
    presenceWatch,
    ...assignment,
    subgraph,
    http,
  ];
  return { ...createService(name, parts, { logger, checks }), local: subgraph.local, url: () => http.url(), database };
}
