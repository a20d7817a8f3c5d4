import { z } from 'zod';
import { bytes, commaList, filesUrl, redisConfig, secret, tokenConfig, url } from '#platform/config/fields.ts';
import { subgraphConfigOf, subgraphEnvironment, type SubgraphConfig } from '#platform/config/subgraphConfig.ts';
import type { KeyringOptions } from '#platform/secrets/keyring.ts';
import type { VisitorTokenConfig } from './webchat/visitorTokens.ts';
import type { MetaWebhookConfig } from './webhooks/metaWebhook.ts';

/** The company's app at Meta, through which pages, Instagram accounts and WhatsApp numbers are connected. */
export interface MetaConfig extends MetaWebhookConfig {
  /** Tells the sends of this app from those of others. */
  readonly appId: string;
  /** `https://graph.facebook.com`, or what takes its place. */
  readonly graphUrl: string;
  /** `https://graph.instagram.com`, or what takes its place. */
  readonly instagramUrl: string;
  /** Such as `v24.0`. */
  readonly version: string;
}

export interface ChannelsConfig extends SubgraphConfig {
  /** Where the platforms reach the router, without a slash at the end. */
  readonly publicUrl: string;
  /** Seals the channels' tokens and webhook secrets. */
  readonly credentials: KeyringOptions;
  /** `https://api.telegram.org`, or what takes its place. */
  readonly telegramApiUrl: string;
  /** Undefined: no app is set up, and nothing of Meta's can be connected. */
  readonly meta: MetaConfig | undefined;
  /** For visitors of web chats, as the router checks them. Undefined: there is no web chat. */
  readonly visitorTokens: VisitorTokenConfig | undefined;
  readonly redisUrl: string;
  readonly files: {
    /** See filesAddress. */
    readonly url: string;
    /** Signs addresses; shared with conversations, which gives them out. */
    readonly secret: string;
    /** The largest file that is taken in. */
    readonly maxBytes: number;
  };
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

/** All or none of them: an app without its secret could not tell Meta from a stranger. */
export const metaEnvironment = {
  META_APP_ID: z.string().regex(/^\d+$/, 'must be the number of the app, from its dashboard').optional(),
  META_APP_SECRETS: commaList().optional(),
  META_VERIFY_TOKEN: secret(16).optional(),
  INSTAGRAM_APP_SECRETS: commaList().optional(),
  GRAPH_API_URL: url(['https', 'http']).default('https://graph.facebook.com'),
  INSTAGRAM_API_URL: url(['https', 'http']).default('https://graph.instagram.com'),
  GRAPH_API_VERSION: z
    .string()
    .regex(/^v\d+\.\d+$/, 'must be a version such as v24.0')
    .default('v24.0'),
};

/** Undefined when none of it is set. */
export function metaOf(
  env: z.output<z.ZodObject<typeof metaEnvironment>>,
  context: z.RefinementCtx,
): MetaConfig | undefined {
  const given = {
    META_APP_ID: env.META_APP_ID,
    META_APP_SECRETS: env.META_APP_SECRETS,
    META_VERIFY_TOKEN: env.META_VERIFY_TOKEN,
  };
  const missing = Object.entries(given).filter(([, value]) => value === undefined || value.length === 0);
  if (missing.length === 3) return undefined;
  for (const [name] of missing) {
    context.addIssue({
      code: 'custom',
      path: [name],
      message: 'must be set too, when another of META_APP_ID, META_APP_SECRETS and META_VERIFY_TOKEN is',
    });
  }
  return {
    appId: env.META_APP_ID ?? '',
    appSecrets: env.META_APP_SECRETS ?? [],
    verifyToken: env.META_VERIFY_TOKEN ?? '',
    instagramAppSecrets: env.INSTAGRAM_APP_SECRETS ?? [],
    graphUrl: env.GRAPH_API_URL,
    instagramUrl: env.INSTAGRAM_API_URL,
    version: env.GRAPH_API_VERSION,
  };
}

/** The environment of a process of its own. */
export const configSchema = z
  .object({
    ...subgraphEnvironment,
    PUBLIC_URL: url(['https', 'http']),
    CREDENTIALS_KEYS: keyring,
    TELEGRAM_API_URL: url(['https', 'http']).default('https://api.telegram.org'),
    ...metaEnvironment,
    ...tokenConfig,
    ...redisConfig,
    FILES_URL: filesUrl(),
    FILES_SECRET: secret(),
    ATTACHMENT_MAX_BYTES: bytes().default(25 * 1024 ** 2),
  })
  .transform((env, context) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: {
      ...subgraphConfigOf(env, context),
      publicUrl: env.PUBLIC_URL,
      credentials: env.CREDENTIALS_KEYS,
      telegramApiUrl: env.TELEGRAM_API_URL,
      meta: metaOf(env, context),
      visitorTokens: env.TOKEN_SECRET
        ? { secret: env.TOKEN_SECRET, issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE }
        : undefined,
      redisUrl: env.REDIS_URL,
      files: { url: env.FILES_URL, secret: env.FILES_SECRET, maxBytes: env.ATTACHMENT_MAX_BYTES },
    } satisfies ChannelsConfig,
  }));
