import type { z } from 'zod';
import type { PoolOptions } from '#platform/postgres/database.ts';
import { httpConfig, logConfig, natsConfig, postgresConfig, secret, tracingConfig } from './fields.ts';

/** What every subgraph with tables of its own is told. */
export interface SubgraphConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** As the role `<context>_app`. */
  readonly databaseUrl: string;
  /** As the role `<context>_relay`. */
  readonly relayDatabaseUrl: string;
  readonly pool: PoolOptions;
  readonly natsUrl: string;
  /** Shared with the router, which signs who asks. */
  readonly identitySecret: string;
}

/** Its environment, to be spread into a schema. */
export const subgraphEnvironment = {
  ...logConfig,
  ...httpConfig,
  ...postgresConfig,
  ...natsConfig,
  ...tracingConfig,
  IDENTITY_SECRET: secret(),
};

export function subgraphConfigOf(env: z.output<z.ZodObject<typeof subgraphEnvironment>>): SubgraphConfig {
  return {
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL,
    relayDatabaseUrl: env.RELAY_DATABASE_URL,
    pool: {
      max: env.DATABASE_POOL_MAX,
      connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT,
      statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT,
      idleTimeoutMs: env.DATABASE_IDLE_TIMEOUT,
    },
    natsUrl: env.NATS_URL,
    identitySecret: env.IDENTITY_SECRET,
  };
}
