import { z } from 'zod';
import { duration, filesUrl, secret, url } from '#platform/config/fields.ts';
import { subgraphConfigOf, subgraphEnvironment, type SubgraphConfig } from '#platform/config/subgraphConfig.ts';

export interface ConversationsConfig extends SubgraphConfig {
  /** How long after its resolution a conversation goes on when the contact writes again; later a new one begins. */
  readonly reopenWithinMs: number;
  /** How often to look for snoozes that have ended. */
  readonly snoozePollMs: number;
  /** How often to look for what privacy asks to be done. */
  readonly privacyPollMs: number;
  readonly files: {
    /** Shared with channels, which serves them. */
    readonly secret: string;
    /** Where channels keeps them: see filesAddress. */
    readonly url: string;
    /** Where clients reach the router, without a slash at the end. */
    readonly publicUrl: string;
  };
}

/** The environment of a process of its own. */
export const configSchema = z
  .object({
    ...subgraphEnvironment,
    REOPEN_WITHIN: duration().default(72 * 60 * 60 * 1_000),
    SNOOZE_POLL: duration().default(1_000),
    PRIVACY_POLL: duration().default(5_000),
    FILES_URL: filesUrl(),
    FILES_SECRET: secret(),
    PUBLIC_URL: url(['https', 'http']),
  })
  .transform((env) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: {
      ...subgraphConfigOf(env),
      reopenWithinMs: env.REOPEN_WITHIN,
      snoozePollMs: env.SNOOZE_POLL,
      privacyPollMs: env.PRIVACY_POLL,
      files: { url: env.FILES_URL, secret: env.FILES_SECRET, publicUrl: env.PUBLIC_URL },
    } satisfies ConversationsConfig,
  }));
