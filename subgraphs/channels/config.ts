import { z } from 'zod';
import {
  commaList,
  httpConfig,
  logConfig,
  natsConfig,
  postgresConfig,
  secret,
  tracingConfig,
  url,
} from '#platform/config/fields.ts';
import type { PoolOptions } from '#platform/postgres/database.ts';
import type { KeyringOptions } from '#platform/secrets/keyring.ts';

export interface ChannelsConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where the platforms reach the router, without a slash at the end. */
  readonly publicUrl: string;
  /** As the role `channels_app`. */
  readonly databaseUrl: string;
  /** As the role `channels_relay`. */
  readonly relayDatabaseUrl: string;
  readonly pool: PoolOptions;
  readonly natsUrl: string;
  /** Shared with the router, which signs who asks. */
  readonly identitySecret: string;
  /** Seals the channels' tokens and webhook secrets. */
  readonly credentials: KeyringOptions;
  /** `https://api.telegram.org`, or what takes its place. */
  readonly telegramApiUrl: string;
}

const keyring = commaList().transform((entries, context): KeyringOptions => {
  const keys = entries.map((entry) => entry.split(':'));
  const [active] = keys;
  if (!active?.[0] || keys.some(([id, key, ...more]) => !id || !key || more.length > 0)) {
    const message =
      'must be keys with an id each, the one that seals first, such as k1:<output of: openssl rand -base64 32>';
    context.issues.push({ code: 'custom', message, input: undefined });
    return z.NEVER;
  }
  return { activeKeyId: active[0], keys: Object.fromEntries(keys) };
});

/** The environment of a process of its own. */
export const configSchema = z
  .object({
    ...logConfig,
    ...httpConfig,
    ...postgresConfig,
    ...natsConfig,
    ...tracingConfig,
    PUBLIC_URL: url(['https', 'http']),
    IDENTITY_SECRET: secret(),
    CREDENTIALS_KEYS: keyring,
    TELEGRAM_API_URL: url(['https', 'http']).default('https://api.telegram.org'),
  })
  .transform((env) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: {
      host: env.HOST,
      port: env.PORT,
      publicUrl: env.PUBLIC_URL,
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
      credentials: env.CREDENTIALS_KEYS,
      telegramApiUrl: env.TELEGRAM_API_URL,
    } satisfies ChannelsConfig,
  }));
