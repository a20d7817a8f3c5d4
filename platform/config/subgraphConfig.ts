import type { z } from 'zod';
import type { PoolOptions } from '#platform/postgres/database.ts';
import {
  httpConfig,
  logConfig,
  natsConfig,
  postgresConfig,
  redisConfig,
  secret,
  tracingConfig,
  url,
} from './fields.ts';

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
  /** A streaming replica for reads, as the role `<context>_app`, and the Redis in which processes tell each other of writes. */
  readonly replica?: { readonly url: string; readonly redisUrl: string } | undefined;
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
  DATABASE_REPLICA_URL: url(['postgres', 'postgresql']).optional(),
  REDIS_URL: redisConfig.REDIS_URL.optional(),
  IDENTITY_SECRET: secret(),
};

export function subgraphConfigOf(
  env: z.output<z.ZodObject<typeof subgraphEnvironment>>,
  context: z.RefinementCtx,
): SubgraphConfig {
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
      preparesStatements: env.DATABASE_PREPARED_STATEMENTS,
    },
    replica: replicaOf(env, context),
    natsUrl: env.NATS_URL,
    identitySecret: env.IDENTITY_SECRET,
  };
}

function replicaOf(
  env: Pick<z.output<z.ZodObject<typeof subgraphEnvironment>>, 'DATABASE_REPLICA_URL' | 'REDIS_URL'>,
  context: z.RefinementCtx,
): SubgraphConfig['replica'] {
  const { DATABASE_REPLICA_URL: replicaUrl, REDIS_URL: redisUrl } = env;
  if (replicaUrl === undefined) return undefined;
  if (redisUrl !== undefined) return { url: replicaUrl, redisUrl };
  context.issues.push({
    code: 'custom',
    path: ['REDIS_URL'],
    message: 'must be given with DATABASE_REPLICA_URL: processes tell each other there what the replica has to have',
    input: redisUrl,
  });
  return undefined;
}
