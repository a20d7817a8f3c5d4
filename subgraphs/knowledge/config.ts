import { z } from 'zod';
import { commaList, duration, filesUrl, integer, redisConfig, secret, url } from '#platform/config/fields.ts';
import { subgraphConfigOf, subgraphEnvironment, type SubgraphConfig } from '#platform/config/subgraphConfig.ts';
import { createQuotasInMemory } from '#platform/limits/quotasInMemory.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { ChatConfig } from './bot/model/openAiChat.ts';
import type { Embedder } from './embedding/embedder.ts';
import { createTurns, type EndpointLimits } from './embedding/endpoint/turns.ts';
import { createLocalEmbedder } from './embedding/localEmbedder.ts';
import { createOpenAiEmbedder } from './embedding/openAiEmbedder.ts';
import type { RerankConfig } from './rerank/httpReranker.ts';

export interface KnowledgeConfig extends SubgraphConfig {
  /** Remembers searches. */
  readonly redisUrl: string;
  readonly files: {
    /** Where channels keeps what agents upload: see filesAddress. */
    readonly url: string;
    /** Shared with channels, which signs what was uploaded. */
    readonly secret: string;
  };
  /** Origins of the operator's own choice, such as an intranet's: documents may be read there although they are not public. */
  readonly trustedSites?: readonly string[] | undefined;
  readonly qdrant: { readonly url: string; readonly apiKey?: string | undefined };
  /** An OpenAI-compatible endpoint; undefined takes the local embedder. */
  readonly embeddings?: EmbeddingsConfig | undefined;
  /** The model that ranks passages again; undefined: they stay as they are found. */
  readonly rerank?: RerankConfig | undefined;
  /** The model that answers; undefined: the bot quotes. */
  readonly chat?: ChatConfig | undefined;
}

export interface EmbeddingsConfig {
  readonly url: string;
  readonly model: string;
  readonly dimensions: number;
  readonly apiKey?: string | undefined;
  /** Of all processes together. */
  readonly limits?: EndpointLimits | undefined;
}

/** Where vectors come from and stand, to be spread into a schema. */
export const vectorEnvironment = {
  QDRANT_API_KEY: z.string().optional(),
  EMBEDDINGS_URL: url(['http', 'https']).optional(),
  EMBEDDINGS_MODEL: z.string().optional(),
  EMBEDDINGS_DIMENSIONS: integer({ min: 1, max: 65_536, example: 1536 }).optional(),
  EMBEDDINGS_API_KEY: z.string().optional(),
  EMBEDDINGS_REQUESTS_PER_MINUTE: integer({ min: 1, max: 1_000_000, example: 3_000 }).optional(),
  EMBEDDINGS_TOKENS_PER_MINUTE: integer({ min: 1_000, max: 1_000_000_000, example: 1_000_000 }).optional(),
};

/** Adds to the issues when only a part of the endpoint is given. */
export function embeddingsOf(
  env: z.output<z.ZodObject<typeof vectorEnvironment>>,
  { issues }: z.RefinementCtx,
): EmbeddingsConfig | undefined {
  const { EMBEDDINGS_URL: endpoint, EMBEDDINGS_MODEL: model, EMBEDDINGS_DIMENSIONS: dimensions } = env;
  if (endpoint !== undefined && model !== undefined && dimensions !== undefined) {
    const { EMBEDDINGS_REQUESTS_PER_MINUTE: requestsPerMinute, EMBEDDINGS_TOKENS_PER_MINUTE: tokensPerMinute } = env;
    const limits = { requestsPerMinute, tokensPerMinute };
    return { url: endpoint, model, dimensions, apiKey: env.EMBEDDINGS_API_KEY, limits };
  }
  if (endpoint !== undefined || model !== undefined || dimensions !== undefined) {
    const message = 'must come with EMBEDDINGS_MODEL and EMBEDDINGS_DIMENSIONS, or none of them';
    issues.push({ code: 'custom', message, path: ['EMBEDDINGS_URL'], input: endpoint });
  }
  return undefined;
}

/** What ranks passages again, to be spread into a schema. */
export const rerankEnvironment = {
  RERANK_URL: url(['http', 'https']).optional(),
  RERANK_MODEL: z.string().optional(),
  RERANK_API_KEY: z.string().optional(),
  RERANK_TIMEOUT: duration().default(2_000),
};

/** Adds to the issues when only a part of the endpoint is given. */
export function rerankOf(
  env: z.output<z.ZodObject<typeof rerankEnvironment>>,
  { issues }: z.RefinementCtx,
): RerankConfig | undefined {
  const { RERANK_URL: endpoint, RERANK_MODEL: model, RERANK_API_KEY: apiKey, RERANK_TIMEOUT: timeoutMs } = env;
  if (endpoint !== undefined && model !== undefined) return { url: endpoint, model, apiKey, timeoutMs };
  if (endpoint === undefined && model === undefined) return undefined;
  const message = 'must come with RERANK_MODEL, or neither of them';
  issues.push({ code: 'custom', message, path: ['RERANK_URL'], input: endpoint });
  return undefined;
}

/** The search may wait for as long as is left of the minute that the graph gives an answer (`@lasting`). */
const LONGEST_MODEL_MS = 45_000;

/** The model that the bot answers with, to be spread into a schema. */
export const chatEnvironment = {
  CHAT_MODEL_URL: url(['http', 'https']).optional(),
  CHAT_MODEL: z.string().optional(),
  CHAT_MODEL_API_KEY: z.string().optional(),
  CHAT_MODEL_TIMEOUT: duration()
    .refine(
      (ms) => ms <= LONGEST_MODEL_MS,
      'must be at most 45s: with the search before it, whoever asks waits for a minute',
    )
    .default(30_000),
  CHAT_MODEL_DAILY_TOKENS: integer({ min: 0, max: 1_000_000_000, example: 1_000_000 }).default(1_000_000),
};

/** Adds to the issues when only a part of the endpoint is given. */
export function chatOf(
  env: z.output<z.ZodObject<typeof chatEnvironment>>,
  { issues }: z.RefinementCtx,
): ChatConfig | undefined {
  const { CHAT_MODEL_URL: endpoint, CHAT_MODEL: model } = env;
  if (endpoint !== undefined && model !== undefined) {
    const { CHAT_MODEL_API_KEY: apiKey, CHAT_MODEL_TIMEOUT: timeoutMs, CHAT_MODEL_DAILY_TOKENS: dailyTokens } = env;
    return { url: endpoint, model, apiKey, timeoutMs, dailyTokens };
  }
  if (endpoint === undefined && model === undefined) return undefined;
  const message = 'must come with CHAT_MODEL, or neither of them';
  issues.push({ code: 'custom', message, path: ['CHAT_MODEL_URL'], input: endpoint });
  return undefined;
}

/**
 * What turns texts into vectors: the endpoint, where one is configured, else what needs none.
 *
 * @param options.take Counts what the endpoint is asked. @default this process for itself
 */
export function embedderOf(
  embeddings: EmbeddingsConfig | undefined,
  options: { readonly metrics: Metrics; readonly take?: Parameters<typeof createTurns>[0]['take'] },
): Embedder {
  if (!embeddings) return createLocalEmbedder();
  const { metrics, take = createQuotasInMemory() } = options;
  const { model, limits = {} } = embeddings;
  return createOpenAiEmbedder({ ...embeddings, turns: createTurns({ name: model, limits, take, metrics }), metrics });
}

/** The environment of the service on its own. */
export const configSchema = z
  .object({
    ...subgraphEnvironment,
    ...redisConfig,
    ...vectorEnvironment,
    ...rerankEnvironment,
    ...chatEnvironment,
    QDRANT_URL: url(['http', 'https']),
    DOCUMENT_SITES: commaList().optional(),
    FILES_URL: filesUrl(),
    FILES_SECRET: secret(),
  })
  .transform((env, context) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: {
      ...subgraphConfigOf(env, context),
      redisUrl: env.REDIS_URL,
      trustedSites: env.DOCUMENT_SITES,
      files: { url: env.FILES_URL, secret: env.FILES_SECRET },
      qdrant: { url: env.QDRANT_URL, apiKey: env.QDRANT_API_KEY },
      embeddings: embeddingsOf(env, context),
      rerank: rerankOf(env, context),
      chat: chatOf(env, context),
    } satisfies KnowledgeConfig,
  }));
