import { z } from 'zod';
import { metaEnvironment, metaOf } from '#channels/config.ts';
import {
  chatEnvironment,
  chatOf,
  embeddingsOf,
  rerankEnvironment,
  rerankOf,
  vectorEnvironment,
} from '#knowledge/config.ts';
import { bytes, filesUrl, logConfig, port, tracingConfig, url } from '#platform/config/fields.ts';

/** The environment of `npm start`. Each store is an embedded one unless its address is given, and each platform a stand-in. */
export const configSchema = z
  .object({
    LOG_LEVEL: logConfig.LOG_LEVEL.unwrap().default('warn'),
    NODE_ENV: z.string().default('development'),
    DATA_DIR: z.string().default('.data'),
    HOST: z.string().default('127.0.0.1'),
    PORT: port().default(4000),
    PUBLIC_URL: url(['http', 'https']).optional(),
    TELEGRAM_API_URL: url(['http', 'https']).optional(),
    ...metaEnvironment,
    FILES_URL: filesUrl().optional(),
    ATTACHMENT_MAX_BYTES: bytes().default(25 * 1024 ** 2),
    DATABASE_URL: url(['postgres', 'postgresql']).optional(),
    NATS_URL: url(['nats', 'tls']).optional(),
    REDIS_URL: url(['redis', 'rediss']).optional(),
    CLICKHOUSE_URL: url(['http', 'https']).optional(),
    QDRANT_URL: url(['http', 'https']).optional(),
    ...vectorEnvironment,
    ...rerankEnvironment,
    ...chatEnvironment,
    ...tracingConfig,
  })
  .transform((env, context) => ({
    logLevel: env.LOG_LEVEL,
    production: env.NODE_ENV === 'production',
    dataDir: env.DATA_DIR,
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL ?? `http://localhost:${String(env.PORT)}`,
    telegramApiUrl: env.TELEGRAM_API_URL,
    meta: metaOf(env, context),
    filesUrl: env.FILES_URL,
    attachmentMaxBytes: env.ATTACHMENT_MAX_BYTES,
    qdrantApiKey: env.QDRANT_API_KEY,
    embeddings: embeddingsOf(env, context),
    rerank: rerankOf(env, context),
    chat: chatOf(env, context),
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    urls: {
      databaseUrl: env.DATABASE_URL,
      natsUrl: env.NATS_URL,
      redisUrl: env.REDIS_URL,
      clickhouseUrl: env.CLICKHOUSE_URL,
      qdrantUrl: env.QDRANT_URL,
    },
  }));

export type StartConfig = z.output<typeof configSchema>;
