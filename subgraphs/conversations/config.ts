import { z } from 'zod';
import {
  duration,
  httpConfig,
  logConfig,
  natsConfig,
  postgresConfig,
  secret,
  tracingConfig,
} from '#platform/config/fields.ts';
import type { PoolOptions } from '#platform/postgres/database.ts';

export interface ConversationsConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** As the role `conversations_app`. */
  readonly databaseUrl: string;
  /** As the role `conversations_relay`. */
  readonly relayDatabaseUrl: string;
  readonly pool: PoolOptions;
  readonly natsUrl: string;
  /** Shared with the router, which signs who asks. */
  readonly identitySecret: string;
  /** How long after its resolution a conversation goes on when the contact writes again; later a new one begins. */
  readonly reopenWithinMs: number;
  /** How often to look for snoozes that have ended. */
  readonly snoozePollMs: number;
}

/** The environment of a process of its own. */
export const configSchema = z
  .object({
    ...logConfig,
    ...httpConfig,
    ...postgresConfig,
    ...natsConfig,
    ...tracingConfig,
    IDENTITY_SECRET: secret(),
    REOPEN_WITHIN: duration().default(72 * 60 * 60 * 1_000),
    SNOOZE_POLL: duration().default(1_000),
  })
  .transform((env) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: {
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
      reopenWithinMs: env.REOPEN_WITHIN,
      snoozePollMs: env.SNOOZE_POLL,
    } satisfies ConversationsConfig,
  }));
