import { z } from 'zod';
import { duration, filesUrl, integer, redisConfig, secret, url } from '#platform/config/fields.ts';
import { subgraphConfigOf, subgraphEnvironment, type SubgraphConfig } from '#platform/config/subgraphConfig.ts';
import type { ChatConfig } from './bot/model/openAiChat.ts';
import type { Embedder } from './embedding/embedder.ts';
import { createLocalEmbedder } from './embedding/localEmbedder.ts';
import { createOpenAiEmbedder } from './embedding/openAiEmbedder.ts';

export interface KnowledgeConfig extends SubgraphConfig {
  /** Remembers searches. */
  readonly redisUrl: string;
  readonly files: {
    /** Where channels keeps what agents upload: see filesAddress. */
    readonly url: string;
    /** Shared with channels, which signs what was uploaded. */
    readonly secret: string;
  };
  readonly qdrant: { readonly url: string; readonly apiKey?: string | undefined };
  /** An OpenAI-compatible endpoint; undefined takes the local embedder. */
  readonly embeddings?: EmbeddingsConfig | undefined;
  /** The model that answers; undefined: the bot quotes. */
  readonly chat?: ChatConfig | undefined;
}

export interface EmbeddingsConfig {
  readonly url: string;
  readonly model: string;
  readonly dimensions: number;
  readonly apiKey?: string | undefined;
}

/** Where vectors come from and stand, to be spread into a schema. */
export const vectorEnvironment = {
  QDRANT_API_KEY: z.string().optional(),
  EMBEDDINGS_URL: url(['http', 'https']).optional(),
  EMBEDDINGS_MODEL: z.string().optional(),
  EMBEDDINGS_DIMENSIONS: integer({ min: 1, max: 65_536, example: 1536 }).optional(),
  EMBEDDINGS_API_KEY: z.string().optional(),
};

/** Adds to the issues when only a part of the endpoint is given. */
export function embeddingsOf(
  env: z.output<z.ZodObject<typeof vectorEnvironment>>,
  { issues }: z.RefinementCtx,
): EmbeddingsConfig | undefined {
  const { EMBEDDINGS_URL: endpoint, EMBEDDINGS_MODEL: model, EMBEDDINGS_DIMENSIONS: dimensions } = env;
  if (endpoint !== undefined && model !== undefined && dimensions !== undefined) {
    return { url: endpoint, model, dimensions, apiKey: env.EMBEDDINGS_API_KEY };
  }
  if (endpoint !== undefined || model !== undefined || dimensions !== undefined) {
    const message = 'must come with EMBEDDINGS_MODEL and EMBEDDINGS_DIMENSIONS, or none of them';
    issues.push({ code: 'custom', message, path: ['EMBEDDINGS_URL'], input: endpoint });
  }
  return undefined;
}

/** The model that the bot answers with, to be spread into a schema. */
export const chatEnvironment = {
  CHAT_MODEL_URL: url(['http', 'https']).optional(),
  CHAT_MODEL: z.string().optional(),
  CHAT_MODEL_API_KEY: z.string().optional(),
  CHAT_MODEL_TIMEOUT: duration().default(30_000),
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

/** What turns texts into vectors: the endpoint, where one is configured, else what needs none. */
export function embedderOf(embeddings: EmbeddingsConfig | undefined): Embedder {
  return embeddings ? createOpenAiEmbedder(embeddings) : createLocalEmbedder();
}

/** The environment of the service on its own. */
export const configSchema = z
  .object({
    ...subgraphEnvironment,
    ...redisConfig,
    ...vectorEnvironment,
    ...chatEnvironment,
    QDRANT_URL: url(['http', 'https']),
    FILES_URL: filesUrl(),
    FILES_SECRET: secret(),
  })
  .transform((env, context) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: {
      ...subgraphConfigOf(env, context),
      redisUrl: env.REDIS_URL,
      files: { url: env.FILES_URL, secret: env.FILES_SECRET },
      qdrant: { url: env.QDRANT_URL, apiKey: env.QDRANT_API_KEY },
      embeddings: embeddingsOf(env, context),
      chat: chatOf(env, context),
    } satisfies KnowledgeConfig,
  }));
