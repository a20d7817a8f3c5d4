import { z } from 'zod';
import { httpConfig, logConfig, natsConfig, redisConfig, secret, tracingConfig, url } from '#platform/config/fields.ts';

export interface AnalyticsConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly natsUrl: string;
  readonly redisUrl: string;
  /** Shared with the router, which signs who asks. */
  readonly identitySecret: string;
}

/** The environment of a process of its own. */
export const configSchema = z
  .object({
    ...logConfig,
    ...httpConfig,
    ...natsConfig,
    ...redisConfig,
    ...tracingConfig,
    IDENTITY_SECRET: secret(),
    CLICKHOUSE_URL: url(['http', 'https']),
  })
  .transform((env) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    clickhouseUrl: env.CLICKHOUSE_URL,
    service: {
      host: env.HOST,
      port: env.PORT,
      natsUrl: env.NATS_URL,
      redisUrl: env.REDIS_URL,
      identitySecret: env.IDENTITY_SECRET,
    } satisfies AnalyticsConfig,
  }));
