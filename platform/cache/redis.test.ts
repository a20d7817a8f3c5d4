import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger, silentLogger } from '#platform/logging/logger.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testRedis } from '#test/stack/index.ts';
import type { TestServer } from '#test/stack/index.ts';
import { RedisError, createRedis } from './redis.ts';
import type { RedisPart } from './redis.ts';

let server: TestServer;
const parts: RedisPart[] = [];

/** Takes ten seconds, which the other tests use. */
let nowhere: Promise<unknown>;

beforeAll(async () => {
  nowhere = createRedis({ url: 'redis://:hunter2@127.0.0.1:9', name: 'test', logger: silentLogger })
    .start()
    .then(undefined, (error: unknown) => error);
  server = await testRedis();
});
afterEach(async () => {
  for (const part of parts.splice(0)) await part.stop();
});
afterAll(() => server.close());

function connect() {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } });
  const redis = createRedis({ url: server.url, name: 'test', logger });
  parts.push(redis);
  return { redis, lines };
}

describe('the connection to Redis', () => {
  test('carries commands under its name once it is started', async () => {
    const { redis } = connect();
    await redis.start();
    await redis.client.set('a', '1');

    await expect(redis.client.get('a')).resolves.toBe('1');
    await expect(redis.client.client('GETNAME')).resolves.toBe('test');
    await expect(redis.check()).resolves.toBeUndefined();
  });

  test('counts an answer that came while the process was busy with something else', async () => {
    const { redis } = connect();
    await redis.start();
    await redis.client.set('busy', '1');
    // From here on timers come first.
    await setImmediate();
    const answer = redis.client.get('busy');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200);
    await expect(answer).resolves.toBe('1');
  });

  test('is not ready, and refuses commands at once, before it is started', async () => {
    const { redis } = connect();

    await expect(redis.check()).rejects.toThrow('not connected');
    await expect(redis.client.get('a')).rejects.toThrow(/enableOfflineQueue/);
  });

  test('comes back by itself after a crash, says so once each, and listens again', async () => {
    const { redis, lines } = connect();
    const heard: string[] = [];
    let listening = 0;
    redis.subscribe({ channel: 'news', onMessage: (text) => heard.push(text), onListening: () => listening++ });
    await redis.start();
    await eventually(() => expect(listening).toBe(1));
    await server.kill9();
    await eventually(() => expect(redis.check()).rejects.toThrow('not connected'));
    await expect(redis.client.get('a')).rejects.toThrow(/writeable|closed/);
    await server.restart();
    await eventually(() => redis.check());
    await eventually(() => expect(listening).toBe(2));
    await redis.client.publish('news', 'hello');

    await eventually(() => expect(heard).toEqual(['hello']));
    expect(lines.filter((line) => line.includes('lost'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('connected to Redis'))).toHaveLength(2);
  });

  test('hears a channel that is subscribed to while it runs', async () => {
    const { redis } = connect();
    await redis.start();
    const heard: string[] = [];
    let listening = false;
    redis.subscribe({ channel: 'late', onMessage: (text) => heard.push(text), onListening: () => (listening = true) });
    await eventually(() => expect(listening).toBe(true));
    await redis.client.publish('late', 'hello');

    await eventually(() => expect(heard).toEqual(['hello']));
  });

  test('ends commands under way before it stops, and stops safely without a start and twice', async () => {
    const { redis } = connect();
    await redis.stop();
    const other = connect();
    await other.redis.start();
    const pending = other.redis.client.set('last', '1');
    await other.redis.stop();
    await other.redis.stop();

    await expect(pending).resolves.toBe('OK');
    expect(other.lines.filter((line) => line.includes('lost'))).toEqual([]);
  });

  test('says where there is no Redis, without the password', async () => {
    const failure = await nowhere;

    expect(failure).toBeInstanceOf(RedisError);
    expect(String(failure)).toMatch(/Redis at 127\.0\.0\.1:9 did not answer.*REDIS_URL/);
    expect(String(failure)).not.toMatch(/hunter2/);
  });
});
