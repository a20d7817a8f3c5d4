import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import {
  boolean,
  bytes,
  commaList,
  duration,
  httpConfig,
  integer,
  logConfig,
  natsConfig,
  port,
  postgresConfig,
  redisConfig,
  secret,
  tracingConfig,
  url,
} from './fields.ts';
import { ConfigError, readConfig } from './readConfig.ts';

const schema = z
  .object({
    ...logConfig,
    ...httpConfig,
    ...postgresConfig,
    ...natsConfig,
    ...redisConfig,
    ...tracingConfig,
    IDENTITY_SECRET: secret(),
  })
  .transform((env) => ({
    http: { host: env.HOST, port: env.PORT },
    pool: { max: env.DATABASE_POOL_MAX, statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT },
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  }));

const env = {
  DATABASE_URL: 'postgres://app:pw@localhost/app',
  RELAY_DATABASE_URL: 'postgres://relay:pw@localhost/app',
  NATS_URL: 'nats://localhost:4222',
  REDIS_URL: 'redis://localhost:6379',
  IDENTITY_SECRET: 'x'.repeat(32),
};

function problemsOf(given: Record<string, string | undefined>): ConfigError {
  try {
    readConfig(schema, given);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('there was no problem');
}

describe('a configuration', () => {
  test('is made of the environment, with defaults for what nobody said', () => {
    expect(readConfig(schema, { ...env, PORT: '8080', DATABASE_STATEMENT_TIMEOUT: '3s', UNRELATED: 'x' })).toEqual({
      http: { host: '0.0.0.0', port: 8080 },
      pool: { max: 10, statementTimeoutMs: 3_000 },
      tracingEndpoint: undefined,
    });
  });

  test('takes an empty variable for an absent one', () => {
    expect(readConfig(schema, { ...env, PORT: '', OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toMatchObject({
      http: { port: 4000 },
    });
    expect(problemsOf({ ...env, NATS_URL: '' }).problems).toMatchObject([{ variable: 'NATS_URL' }]);
  });

  test('that is wrong names every problem at once, each with its variable and an example', () => {
    const { problems, message } = problemsOf({
      PORT: 'http',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://localhost',
      RELAY_DATABASE_URL: 'postgres://relay:pw@localhost/app',
      DATABASE_POOL_MAX: '0',
      NATS_URL: 'localhost',
      IDENTITY_SECRET: 'short',
    });

    expect(problems).toEqual([
      { variable: 'LOG_LEVEL', message: expect.stringContaining('trace, debug, info') },
      { variable: 'PORT', message: 'must be a port from 0 to 65535, such as 4000' },
      { variable: 'DATABASE_URL', message: expect.stringContaining('postgres://localhost:1234') },
      { variable: 'DATABASE_POOL_MAX', message: expect.stringContaining('such as 10') },
      { variable: 'NATS_URL', message: expect.stringContaining('nats://localhost:4222') },
      { variable: 'REDIS_URL', message: expect.stringMatching(/^is missing: it must be .* redis:\/\/localhost:1234$/) },
      { variable: 'IDENTITY_SECRET', message: expect.stringContaining('openssl rand') },
    ]);
    expect(message.split('\n')).toHaveLength(8);
  });

  test('that is wrong shows no value: any may be a secret', () => {
    const { message } = problemsOf({
      ...env,
      IDENTITY_SECRET: 'hunter2',
      DATABASE_URL: 'mysql://app:hunter2@localhost',
    });

    expect(message).not.toContain('hunter2');
  });

  test('says that a variable of any other kind is missing', () => {
    expect(() => readConfig(z.object({ SITE: z.string() }), {})).toThrow(/SITE is missing$/);
  });

  test('can hold rules between variables', () => {
    const both = z
      .object({ USER: z.string().optional(), PASSWORD: z.string().optional() })
      .refine((given) => !given.USER === !given.PASSWORD, { error: 'USER and PASSWORD go together', path: [] });

    expect(() => readConfig(both, { USER: 'anna' })).toThrow('USER and PASSWORD go together');
  });
});

describe('fields', () => {
  const read = <T>(builder: z.ZodType<T>, text: string) => readConfig(z.object({ X: builder }), { X: text }).X;

  test.each([
    ['0', 0],
    ['4000', 4000],
    ['65535', 65_535],
  ])('a port %s', (text, expected) => {
    expect(read(port(), text)).toBe(expected);
  });

  test.each(['65536', '-1', '80.5', '0x50', ' 80', '1e3', 'http'])('no port %j', (text) => {
    expect(() => read(port(), text)).toThrow(ConfigError);
  });

  test.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
    ['1500', 1_500],
  ])('a duration %s in milliseconds', (text, expected) => {
    expect(read(duration(), text)).toBe(expected);
  });

  test.each(['5 minutes', '-5s', '1.5s', 's', '5S'])('no duration %j', (text) => {
    expect(() => read(duration(), text)).toThrow('length of time');
  });

  test.each([
    ['100', 100],
    ['64kb', 65_536],
    ['1MB', 1_048_576],
    ['2gb', 2_147_483_648],
  ])('a size %s in bytes', (text, expected) => {
    expect(read(bytes(), text)).toBe(expected);
  });

  test.each(['1tb', '1.5mb', '-1', 'mb'])('no size %j', (text) => {
    expect(() => read(bytes(), text)).toThrow('must be a size');
  });

  test.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
  ])('a boolean %s', (text, expected) => {
    expect(read(boolean(), text)).toBe(expected);
  });

  test.each(['yes', 'TRUE', '2'])('no boolean %j', (text) => {
    expect(() => read(boolean(), text)).toThrow('true or false');
  });

  test('a list without blanks and empty entries', () => {
    expect(read(commaList(), ' a, b ,,c')).toEqual(['a', 'b', 'c']);
  });

  test('every whole number within its bounds, and none beyond', () => {
    const field = integer({ min: -100, max: 100, example: 5 });
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), (number) => {
        expect(read(field, String(number))).toBe(number);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 101 }), fc.integer({ max: -101 }), fc.double()), (number) => {
        fc.pre(!Number.isInteger(number) || Math.abs(number) > 100);
        expect(() => read(field, String(number))).toThrow('from -100 to 100');
      }),
    );
  });

  test('an address of the right kind, without a slash at its end', () => {
    expect(read(url(['http', 'https']), 'https://example.com/base/')).toBe('https://example.com/base');
    expect(read(url(['postgres']), 'postgres://u:p@h:5432/db?sslmode=require')).toContain('sslmode=require');
  });

  test('the addresses of a NATS cluster', () => {
    expect(read(natsConfig.NATS_URL, 'nats://a:4222,nats://b:4222')).toBe('nats://a:4222,nats://b:4222');
    expect(() => read(natsConfig.NATS_URL, 'nats://a:4222,b')).toThrow('nats://');
  });

  test.each(['example.com', 'ftp://example.com', 'http://', '//x', 'javascript:alert(1)'])('no address %j', (text) => {
    expect(() => read(url(['http', 'https']), text)).toThrow('http:// or https://');
  });
});
