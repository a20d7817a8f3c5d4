import { z } from 'zod';
import type { Cluster } from './clickhouse/ddl.ts';
import { httpConfig, logConfig, natsConfig, redisConfig, secret, tracingConfig, url } from '#platform/config/fields.ts';

export interface AnalyticsConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly natsUrl: string;
  readonly redisUrl: string;
  /** Shared with the router, which signs who asks. */
  readonly identitySecret: string;
  /** Undefined: ClickHouse is one server. */
  readonly clickhouseCluster?: Cluster | undefined;
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
    CLICKHOUSE_CLUSTER: z
      .string()
      .regex(/^[\w-]+$/, 'a name as in remote_servers')
      .optional(),
    CLICKHOUSE_REPLICAS: z.coerce.number().int().positive().default(1),
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
      clickhouseCluster: env.CLICKHOUSE_CLUSTER
        ? { name: env.CLICKHOUSE_CLUSTER, replicas: env.CLICKHOUSE_REPLICAS }
        : undefined,
    } satisfies AnalyticsConfig,
  }));
