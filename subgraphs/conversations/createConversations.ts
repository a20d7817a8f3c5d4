import { publishSignal } from '#platform/events/publishSignal.ts';
import { createFileStore } from '#platform/files/createFileStore.ts';
import { createFileSigner } from '#platform/files/signedAddress.ts';
import { createSubgraph } from '#platform/graphql/subgraphServer.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import type { Service } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createContextStores } from '#platform/postgres/contextStores.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { typingSubject } from '#schema/events/signals.ts';
import { readSubgraph } from '#schema/subgraphFiles.ts';
import { access } from './access/permissions.ts';
import type { ConversationsConfig } from './config.ts';
import { createClearUpClock } from './clearUpClock.ts';
import { createReceivedConsumer } from './consumers/received.ts';
import { createContext, type TellTyping } from './context.ts';
import { entities } from './entities/index.ts';
import { createForgetting } from './forgetting.ts';
import { resolvers } from './resolvers/index.ts';
import { createPrivacyWorker } from './privacy/worker.ts';
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
  const stores = createContextStores({ context: name, config, entities, catalogue, logger, metrics });
  const { nats, database } = stores;
  const { checks } = stores;
  const http = createHttpServer({ name, host: config.host, port: config.port, logger, metrics, checks: () => checks });
  const tellTyping: TellTyping = (companyId, signal) => publishSignal(nats, typingSubject(companyId), signal);
  const signer = createFileSigner({ secret: config.files.secret, baseUrl: config.files.publicUrl });
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
      createContext({ database, tellTyping, signFile: (key) => signer.sign(key), reopenWithinMs }, identity),
  });
  const received = createReceivedConsumer({ nats, database, reopenWithinMs, logger, metrics });
  const snoozeClock = createSnoozeClock({ database, pollMs: snoozePollMs, logger, metrics });
  const clearUpClock = createClearUpClock({ database, pollMs: snoozePollMs, logger });
  const forgetting = createForgetting({ database, logger, metrics });

  const files = createFileStore(config.files.url);
  const privacy = createPrivacyWorker({
    database,
    store: files,
    pollMs: config.privacyPollMs,
    logger,
    metrics,
  });

  const parts = [...stores.parts, files, received, snoozeClock, clearUpClock, forgetting, privacy, subgraph, http];
  return { ...createService(name, parts, { logger, checks }), url: () => http.url(), database };
}
