import { isNativeError } from 'node:util/types';

const MASK = '[redacted]';

/** Deep enough for the headers of a request on an error; what lies deeper is left out, so that nothing hides there. */
const MAX_DEPTH = 6;

/** Lower case, without dashes and underscores: `X-Api-Key`, `api_key` and `apiKey` are one name. */
const secretName = /(authorization|cookie|token|secret|password|credentials?|apikey|privatekey|switchboardidentity)$/;

/**
 * The same fields with every value masked whose name ends like a secret's (`botToken`, `webhookSecret`, `authorization`).
 * Errors are left alone: they are turned into fields by the logger's serializer first.
 */
export function maskSecrets<T extends object>(fields: T): T {
  return mask(fields, 0) as T;
}

function mask(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || isNativeError(value)) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return value;
  if (depth === MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => mask(item, depth + 1));

  const masked: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    masked[name] = isSecret(name) && field !== undefined ? MASK : mask(field, depth + 1);
  }
  return masked;
}

/** Names repeat on every line: each is looked at once. Bounded, in case a caller logs an object keyed by ids. */
const known = new Map<string, boolean>();

function isSecret(name: string): boolean {
  let secret = known.get(name);
  if (secret === undefined) {
    secret = secretName.test(name.replaceAll(/[-_]/g, '').toLowerCase());
    if (known.size < 10_000) known.set(name, secret);
  }
  return secret;
}
