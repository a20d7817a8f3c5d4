import { z } from 'zod';
import { duration } from '#platform/config/fields.ts';
import { subgraphConfigOf, subgraphEnvironment, type SubgraphConfig } from '#platform/config/subgraphConfig.ts';

export interface ConversationsConfig extends SubgraphConfig {
  /** How long after its resolution a conversation goes on when the contact writes again; later a new one begins. */
  readonly reopenWithinMs: number;
  /** How often to look for snoozes that have ended. */
  readonly snoozePollMs: number;
}

/** The environment of a process of its own. */
export const configSchema = z
  .object({
    ...subgraphEnvironment,
    REOPEN_WITHIN: duration().default(72 * 60 * 60 * 1_000),
    SNOOZE_POLL: duration().default(1_000),
  })
  .transform((env) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: {
      ...subgraphConfigOf(env),
      reopenWithinMs: env.REOPEN_WITHIN,
      snoozePollMs: env.SNOOZE_POLL,
    } satisfies ConversationsConfig,
  }));
