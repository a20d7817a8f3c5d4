import { createRedis } from '#platform/cache/redis.ts';
import { createFileStore } from '#platform/files/createFileStore.ts';
import { createTokenSigner } from '#platform/files/signedToken.ts';
import { createSubgraph, type LocalService } from '#platform/graphql/subgraphServer.ts';
import { createPublicFetch } from '#platform/http/publicFetch.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import { createMeter } from '#platform/limits/meter.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createContextStores } from '#platform/postgres/contextStores.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { readSubgraph } from '#schema/subgraphFiles.ts';
import { upload, UPLOAD_PURPOSE } from '#schema/uploads.ts';
import { access } from './access.ts';
import { createBot } from './bot/createBot.ts';
import { createExtractiveAnswerer } from './bot/extractive/extractiveAnswerer.ts';
import { createTokenBudget } from './bot/model/budget.ts';
import { createModelAnswerer } from './bot/model/modelAnswerer.ts';
import { createOpenAiChat } from './bot/model/openAiChat.ts';
import { createFindPassages } from './bot/retrieve.ts';
import { embedderOf, type KnowledgeConfig } from './config.ts';
import { createAnswerConsumer } from './consumers/answerContacts.ts';
import { createErasureConsumer } from './consumers/erasures.ts';
import { createIndexer } from './consumers/indexDocuments.ts';
import { createPreparation } from './consumers/prepareQuestions.ts';
import { createContext, type Context } from './context.ts';
import { createCachedEmbedder } from './embedding/cache/cachedEmbedder.ts';
import { createMemoryVectors } from './embedding/cache/memoryVectors.ts';
import { createPostgresVectors } from './embedding/cache/postgresVectors.ts';
import { createRedisVectors } from './embedding/cache/redisVectors.ts';
import { entities } from './entities/index.ts';
import { createForgetting } from './forgetting.ts';
import { createChunkIndex } from './index/chunkIndex.ts';
import { createHttpReranker } from './rerank/httpReranker.ts';
import { resolvers } from './resolvers/index.ts';
import { createPassageSearch } from './search/passageSearch.ts';
import { createHostPace } from './web/hostPace.ts';
import { createImportReader } from './web/importReader.ts';
import { createPageFetcher } from './web/pageFetcher.ts';
import { createPageReader } from './web/pageReader.ts';

export interface Knowledge extends LocalService {
  readonly database: Database<SwitchboardCatalogue>;
  /** Where the subgraph is, after the start. */
  url(): string;
}

/** For a page or a sitemap, with all its redirections. */
const PAGE_LIMIT_MS = 20_000;
/** A text of 1 MB, with what JSON puts before quotes and line ends. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** Documents of each company, their index, and the subgraph that searches them. The database must be provisioned. */
export function createKnowledge(
  config: KnowledgeConfig,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
): Knowledge {
  const name = 'knowledge';
  const { host, port, identitySecret, qdrant, embeddings } = config;
  const stores = createContextStores({ context: name, config, entities, catalogue, logger, metrics });
  const { nats, database } = stores;
  const redis = createRedis({ url: config.redisUrl, name, logger });
  const meter = createMeter({ redis, logger, metrics });
  const endpoint = embedderOf(embeddings, { metrics, take: (quotas) => meter.take(quotas) });
  const layers = [
    createMemoryVectors(),
    createRedisVectors({ redis, ...endpoint }),
    createPostgresVectors({ database, ...endpoint }),
  ];
  // What costs nothing does not have to be remembered.
  const embedder = embeddings ? createCachedEmbedder({ embedder: endpoint, layers, logger, metrics }) : endpoint;
  const index = createChunkIndex({ ...qdrant, embedder, logger, metrics });
  const reranker = config.rerank && createHttpReranker(config.rerank, { metrics });
  const search = createPassageSearch({ index, redis, reranker, logger, metrics });
  const store = createFileStore(config.files.url);
  const fetcher = createPublicFetch({ trustedOrigins: config.trustedSites ?? [], limitMs: PAGE_LIMIT_MS });
  const pages = createPageFetcher({ fetcher, pace: createHostPace(redis) });
  const pageReader = createPageReader({ database, pages, logger, metrics });
  const importReader = createImportReader({ database, pages, onPages: () => pageReader.wake(), logger });
  const wakeReaders = (): void => {
    pageReader.wake();
    importReader.wake();
  };
  const uploads = createTokenSigner({ secret: config.files.secret, purpose: UPLOAD_PURPOSE, model: upload });
  const indexer = createIndexer({ nats, database, store, index, logger, metrics });
  const answerer = config.chat
    ? createModelAnswerer({
        model: createOpenAiChat(config.chat),
        budget: createTokenBudget({ database, dailyTokens: config.chat.dailyTokens }),
        logger,
      })
    : createExtractiveAnswerer();
  const bot = createBot({ findPassages: createFindPassages({ database, search }), answerer, logger, metrics });
  const answers = createAnswerConsumer({ nats, database, bot, logger, metrics });
  const erasures = createErasureConsumer({ nats, database, logger, metrics });
  const preparation = createPreparation({ nats, database, search, logger, metrics });
  const forgetting = createForgetting({ database, logger, metrics });
  const checks = { ...stores.checks, redis: redis.check, qdrant: index.check };
  const http = createHttpServer({
    name,
    host,
    port,
    logger,
    metrics,
    checks: () => checks,
    bodyLimit: BODY_LIMIT_BYTES,
  });
  const subgraph = createSubgraph<Context>({
    name,
    typeDefs: readSubgraph(name),
    resolvers,
    http,
    identitySecret,
    logger,
    metrics,
    access,
    context: (identity, { signal }) =>
      createContext({ identity, database, search, bot, wakeReaders, uploads, nats, logger, signal }),
  });

  const parts = [
    ...stores.parts,
    redis,
    store,
    fetcher,
    index,
    indexer,
    pageReader,
    importReader,
    answers,
    erasures,
    preparation,
    forgetting,
    subgraph,
    http,
  ];
  return { ...createService(name, parts, { logger, checks }), local: subgraph.local, database, url: () => http.url() };
}
