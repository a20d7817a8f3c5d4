import { z } from 'zod';
import { commaList, url } from '#platform/config/fields.ts';
import { subgraphConfigOf, subgraphEnvironment, type SubgraphConfig } from '#platform/config/subgraphConfig.ts';
import type { KeyringOptions } from '#platform/secrets/keyring.ts';

export interface ChannelsConfig extends SubgraphConfig {
  /** Where the platforms reach the router, without a slash at the end. */
  readonly publicUrl: string;
  /** Seals the channels' tokens and webhook secrets. */
  readonly credentials: KeyringOptions;
  /** `https://api.telegram.org`, or what takes its place. */
  readonly telegramApiUrl: string;
}

const keyring = commaList().transform((entries, context): KeyringOptions => {
  const keys = entries.map((entry) => entry.split(':'));
  const [active] = keys;
  const distinct = new Set(keys.map(([id]) => id)).size === keys.length;
  if (!active?.[0] || keys.some(([id, key, ...more]) => !id || !key || more.length > 0) || !distinct) {
    const message =
      'must be keys with an id of its own each, the one that seals first, such as k1:<output of: openssl rand -base64 32>';
    context.issues.push({ code: 'custom', message, input: undefined });
    return z.NEVER;
  }
  return { activeKeyId: active[0], keys: Object.fromEntries(keys) };
});

/** The environment of a process of its own. */
export const configSchema = z
  .object({
    ...subgraphEnvironment,
    PUBLIC_URL: url(['https', 'http']),
    CREDENTIALS_KEYS: keyring,
    TELEGRAM_API_URL: url(['https', 'http']).default('https://api.telegram.org'),
  })
  .transform((env) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: {
      ...subgraphConfigOf(env),
      publicUrl: env.PUBLIC_URL,
      credentials: env.CREDENTIALS_KEYS,
      telegramApiUrl: env.TELEGRAM_API_URL,
    } satisfies ChannelsConfig,
  }));
