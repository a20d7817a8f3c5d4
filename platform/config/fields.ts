import { z } from 'zod';
import { bearerDefaults } from '#platform/identity/bearerTokens.ts';
import { filesAddress } from '#platform/files/filesAddress.ts';

/** Text that `read` understands; what it gives back as undefined is refused with `demand`, which says how it should be. */
function field<T>(demand: string, read: (text: string) => T | undefined) {
  return z.string({ error: demand }).transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: demand, input: text });
    return z.NEVER;
  });
}

/** A TCP port; 0 takes any free one. */
export function port() {
  return field('must be a port from 0 to 65535, such as 4000', (text) => {
    const number = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
    return number <= 65_535 ? number : undefined;
  });
}

/** A whole number within bounds. */
export function integer({
  min,
  max,
  example,
}: {
  readonly min: number;
  readonly max: number;
  readonly example: number;
}) {
  return field(`must be a whole number from ${min} to ${max}, such as ${example}`, (text) => {
    const number = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

/** An address with one of the given protocols, without their colons. Kept as it was written, but for a slash at the end. */
export function url(protocols: readonly [string, ...string[]]) {
  const demand = `must be an address that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}, such as ${protocols[0]}://localhost:1234`;
  return field(demand, (text) => (isAddress(text, protocols) ? text.replace(/\/$/, '') : undefined));
}

function isAddress(text: string, protocols: readonly string[]): boolean {
  const parsed = URL.parse(text);
  return parsed !== null && parsed.host !== '' && protocols.includes(parsed.protocol.slice(0, -1));
}

const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time, in milliseconds: `250ms`, `30s`, `5m`, `12h`, `7d`, or bare milliseconds. */
export function duration() {
  return field('must be a length of time, such as 250ms, 30s, 5m, 12h or 7d', (text) => {
    const [, amount, unit = 'ms'] = /^(\d{1,12})(ms|s|m|h|d)?$/.exec(text) ?? [];
    return amount === undefined ? undefined : Number(amount) * MS[unit as keyof typeof MS];
  });
}

const BYTES = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

/** A size in bytes: `64kb`, `1mb`, `10gb` (1 kb = 1024 bytes), or bare bytes. */
export function bytes() {
  return field('must be a size, such as 64kb, 1mb or 10gb', (text) => {
    const [, amount, unit = 'b'] = /^(\d{1,12})(b|kb|mb|gb)?$/.exec(text.toLowerCase()) ?? [];
    return amount === undefined ? undefined : Number(amount) * BYTES[unit as keyof typeof BYTES];
  });
}

export function boolean() {
  return field('must be true or false', (text) => {
    if (text === 'true' || text === '1') return true;
    return text === 'false' || text === '0' ? false : undefined;
  });
}

/** Text that nobody may guess. */
export function secret(minLength = 32) {
  return field(
    `must be a secret of at least ${minLength} characters, such as the output of: openssl rand -hex ${minLength}`,
    (text) => (text.length >= minLength ? text : undefined),
  );
}

/** Where files are kept, see filesAddress. */
export function filesUrl() {
  return field('must be file:///directory or s3://KEY:SECRET@host:port/bucket', (text) =>
    filesAddress(text) ? text : undefined,
  );
}

/** Texts between commas, without the blanks around them. */
export function commaList() {
  return field('must be a list with commas, such as one,two', (text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
}

// Variables that several services read, to be spread into their schemas: z.object({ ...logConfig, ...httpConfig, ... }).

export const logConfig = {
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    })
    .default('info'),
};

export const httpConfig = {
  HOST: z.string().default('0.0.0.0'),
  PORT: port().default(4000),
};

/** How clients' tokens are signed, the same for who gives them out and who checks them. */
export const tokenConfig = {
  TOKEN_SECRET: secret().optional(),
  TOKEN_ISSUER: z.string().default(bearerDefaults.issuer),
  TOKEN_AUDIENCE: z.string().default(bearerDefaults.audience),
};

export const postgresConfig = {
  /** As the context's own role, which row-level security binds. */
  DATABASE_URL: url(['postgres', 'postgresql']),
  /** As the role that empties the outbox. */
  RELAY_DATABASE_URL: url(['postgres', 'postgresql']),
  DATABASE_POOL_MAX: integer({ min: 1, max: 500, example: 10 }).default(10),
  DATABASE_CONNECT_TIMEOUT: duration().default(5_000),
  DATABASE_STATEMENT_TIMEOUT: duration().default(10_000),
  DATABASE_IDLE_TIMEOUT: duration().default(30_000),
  /** False behind PgBouncer before 1.21 in transaction mode. */
  DATABASE_PREPARED_STATEMENTS: boolean().default(true),
};

export const natsConfig = {
  /** One server, or several of a cluster with commas between them. */
  NATS_URL: field('must be an address that begins with nats:// or tls://, such as nats://localhost:4222', (text) =>
    text.split(',').every((server) => isAddress(server, ['nats', 'tls'])) ? text : undefined,
  ),
};

export const redisConfig = { REDIS_URL: url(['redis', 'rediss']) };

/** Tracing is off without the variable. */
export const tracingConfig = { OTEL_EXPORTER_OTLP_ENDPOINT: url(['http', 'https']).optional() };
