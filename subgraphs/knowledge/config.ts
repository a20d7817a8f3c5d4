import { z } from 'zod';
import * as fields from '#platform/config/fields.ts';
import type { PoolOptions } from '#platform/postgres/database.ts';

export interface KnowledgeConfig {
  readonly host: string;
  readonly port: number;
  /** Shared with the router, which signs who asks. */
  readonly identitySecret: string;
  readonly databaseUrl: string;
  readonly relayDatabaseUrl: string;
  readonly pool: PoolOptions;
  readonly natsUrl: string;
  readonly qdrant: { readonly url: string; readonly apiKey?: string | undefined };
  /** An OpenAI-compatible endpoint; undefined takes the local embedder. */
  readonly embeddings?: EmbeddingsConfig | undefined;
}

export interface EmbeddingsConfig {
  readonly url: string;
  readonly model: string;
  readonly dimensions: number;
  readonly apiKey?: string | undefined;
}

/** The environment of the service on its own. */
export const configSchema = z
  .object({
    ...fields.logConfig,
    ...fields.httpConfig,
    ...fields.postgresConfig,
    ...fields.natsConfig,
    ...fields.tracingConfig,
    IDENTITY_SECRET: fields.secret(),
    QDRANT_URL: fields.url(['http', 'https']),
    QDRANT_API_KEY: z.string().optional(),
    EMBEDDINGS_URL: fields.url(['http', 'https']).optional(),
    EMBEDDINGS_MODEL: z.string().optional(),
    EMBEDDINGS_DIMENSIONS: fields.integer({ min: 1, max: 65_536, example: 1536 }).optional(),
    EMBEDDINGS_API_KEY: z.string().optional(),
  })
  .transform((env, { issues }) => {
    const embeddings = embeddingsOf(env.EMBEDDINGS_URL, env.EMBEDDINGS_MODEL, env.EMBEDDINGS_DIMENSIONS);
    if (embeddings === 'incomplete') {
      const message = 'must come with EMBEDDINGS_MODEL and EMBEDDINGS_DIMENSIONS, or none of them';
      issues.push({ code: 'custom', message, path: ['EMBEDDINGS_URL'], input: env.EMBEDDINGS_URL });
      return z.NEVER;
    }
    const service: KnowledgeConfig = {
      host: env.HOST,
      port: env.PORT,
      identitySecret: env.IDENTITY_SECRET,
      databaseUrl: env.DATABASE_URL,
      relayDatabaseUrl: env.RELAY_DATABASE_URL,
      pool: {
        max: env.DATABASE_POOL_MAX,
        connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT,
        statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT,
        idleTimeoutMs: env.DATABASE_IDLE_TIMEOUT,
      },
      natsUrl: env.NATS_URL,
      qdrant: { url: env.QDRANT_URL, apiKey: env.QDRANT_API_KEY },
      embeddings: embeddings && { ...embeddings, apiKey: env.EMBEDDINGS_API_KEY },
    };
    return { logLevel: env.LOG_LEVEL, tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT, service };
  });

function embeddingsOf(
  url: string | undefined,
  model: string | undefined,
  dimensions: number | undefined,
): EmbeddingsConfig | 'incomplete' | undefined {
  if (url !== undefined && model !== undefined && dimensions !== undefined) return { url, model, dimensions };
  return url === undefined && model === undefined && dimensions === undefined ? undefined : 'incomplete';
}
