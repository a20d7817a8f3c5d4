import { z } from 'zod';
import { duration, filesUrl, redisConfig, secret, url } from '#platform/config/fields.ts';
import { subgraphConfigOf, subgraphEnvironment, type SubgraphConfig } from '#platform/config/subgraphConfig.ts';

export interface ConversationsConfig extends SubgraphConfig {
  /** How long after its resolution a conversation goes on when the contact writes again; later a new one begins. */
  readonly reopenWithinMs: number;
  /** How often to look for snoozes that have ended, and for agents who have been gone for too long. */
  readonly snoozePollMs: number;
  readonly redisUrl: string;
  /** How long a device of an agent counts as there without another heartbeat. */
  readonly deviceLifetimeMs: number;
  /** How often everything that waits is looked at, besides when something happens. */
  readonly assignmentSweepMs: number;
  /** How often to look for what privacy asks to be done. */
  readonly privacyPollMs: number;
  /** How often to look for contents that were kept for as long as their company wants. */
  readonly retentionPollMs: number;
  readonly files: {
    /** Shared with channels, which serves them. */
    readonly secret: string;
    /** Where channels keeps them: see filesAddress. */
    readonly url: string;
    /** Where clients reach the router, without a slash at the end. */
    readonly publicUrl: string;
  };
}

/** Clients say every 20 seconds that they are there: two of them may be lost or late. */
export const DEVICE_LIFETIME_MS = 60_000;

/** The environment of a process of its own. */
export const configSchema = z
  .object({
    ...subgraphEnvironment,
    ...redisConfig,
    REOPEN_WITHIN: duration().default(72 * 60 * 60 * 1_000),
    SNOOZE_POLL: duration().default(1_000),
    ASSIGNMENT_SWEEP: duration().default(30_000),
    PRIVACY_POLL: duration().default(5_000),
    RETENTION_POLL: duration().default(60_000),
    FILES_URL: filesUrl(),
    FILES_SECRET: secret(),
    PUBLIC_URL: url(['https', 'http']),
  })
  .transform((env, context) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: {
      ...subgraphConfigOf(env, context),
      reopenWithinMs: env.REOPEN_WITHIN,
      snoozePollMs: env.SNOOZE_POLL,
      redisUrl: env.REDIS_URL,
      deviceLifetimeMs: DEVICE_LIFETIME_MS,
      assignmentSweepMs: env.ASSIGNMENT_SWEEP,
      privacyPollMs: env.PRIVACY_POLL,
      retentionPollMs: env.RETENTION_POLL,
      files: { url: env.FILES_URL, secret: env.FILES_SECRET, publicUrl: env.PUBLIC_URL },
    } satisfies ConversationsConfig,
  }));
