import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, readConfig } from './readConfig.ts';
import { subgraphConfigOf, subgraphEnvironment } from './subgraphConfig.ts';

const schema = z.object(subgraphEnvironment).transform((env, context) => subgraphConfigOf(env, context));
const env = {
  DATABASE_URL: 'postgres://app@primary/db',
  RELAY_DATABASE_URL: 'postgres://relay@primary/db',
  NATS_URL: 'nats://localhost:4222',
  IDENTITY_SECRET: 'x'.repeat(32),
};

describe('a subgraph that is told of a replica', () => {
  it('reads it, and keeps in Redis what it has to have', () => {
    const replica = { DATABASE_REPLICA_URL: 'postgres://app@replica/db', REDIS_URL: 'redis://localhost' };
    expect(readConfig(schema, { ...env, ...replica }).replica).toEqual({
      url: 'postgres://app@replica/db',
      redisUrl: 'redis://localhost',
    });
  });

  it('does not start without Redis, since it could show what was before a write', () => {
    const read = () => readConfig(schema, { ...env, DATABASE_REPLICA_URL: 'postgres://app@replica/db' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/REDIS_URL is missing: it must be given with DATABASE_REPLICA_URL/);
  });

  it('needs neither where there is none', () => {
    expect(readConfig(schema, env).replica).toBeUndefined();
    expect(readConfig(schema, { ...env, REDIS_URL: 'redis://localhost' }).replica).toBeUndefined();
  });
});
