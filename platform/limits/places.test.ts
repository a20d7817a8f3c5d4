import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createRedis } from '#platform/cache/redis.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testRedis, type TestServer } from '#test/stack/index.ts';
import { createPlaces } from './places.ts';
import { whileRedisAnswers } from './testing/whileRedisAnswers.ts';

let server: TestServer;
const parts: Part[] = [];

beforeAll(async () => {
  server = await testRedis();
});
afterEach(async () => {
  jest.useRealTimers();
  for (const part of parts.splice(0).toReversed()) await part.stop();
});
afterAll(() => server.close());

/** Places as another process would have them. */
async function open(url = server.url) {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const metrics = createMetrics({ service: 'test' });
  const redis = createRedis({ url, name: 'test', logger });
  const places = createPlaces({ redis, logger, metrics });
  parts.push(redis, places);
  await redis.start();
  await places.start();
  const fallbacks = async () => Number(/^switchboard_places_fallback_total\S* (\d+)$/m.exec(await metrics.text())?.[1]);
  return { redis, take: places.take, lines, fallbacks };
}

const nameOf = (key: string) => `switchboard:places:${key}`;

describe('places', () => {
  test('are as many as there may be, over all processes, also when they come at once', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    const taken = await whileRedisAnswers([one.fallbacks, other.fallbacks], () => {
      const key = randomUUID();
      return Promise.all(Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? one : other).take(key, 10)));
    });
    expect(taken.filter(Boolean)).toHaveLength(10);
    expect(await one.take(randomUUID(), 1)).toBeDefined();
  });

  test('are free for others when they are given back, and leave nothing behind', async () => {
    const key = randomUUID();
    const [one, other] = await Promise.all([open(), open()]);
    const give = await one.take(key, 1);
    expect(await other.take(key, 1)).toBeUndefined();
    give?.();
    give?.();
    const again = await eventually(async () => {
      const place = await other.take(key, 1);
      expect(place).toBeDefined();
      return place;
    });
    expect(await one.take(key, 1)).toBeUndefined();
    again?.();
    await eventually(async () => expect(await one.redis.client.exists(nameOf(key))).toBe(0));
  });

  test('of a process that is gone are free when their time is up', async () => {
    const key = randomUUID();
    const { take, redis } = await open();
    await redis.client.zadd(nameOf(key), Date.now() + 60_000, 'of another', 1, 'of one that is gone');
    expect(await take(key, 2)).toBeDefined();
    expect(await take(key, 2)).toBeUndefined();
    expect(await redis.client.pttl(nameOf(key))).toBeLessThanOrEqual(60_000);
  });

  test('are kept by who has them, also when Redis has lost them', async () => {
    jest.useFakeTimers({
      doNotFake: ['Date', 'performance', 'nextTick', 'queueMicrotask', 'setTimeout', 'setImmediate'],
    });
    const key = randomUUID();
    const [one, other] = await Promise.all([open(), open()]);
    await one.take(key, 1);
    await one.redis.client.del(nameOf(key));
    jest.advanceTimersByTime(20_000);
    jest.useRealTimers();
    await eventually(async () => expect(await one.redis.client.exists(nameOf(key))).toBe(1));
    expect(await other.take(key, 1)).toBeUndefined();
  });

  test('are counted by each process while Redis is away, which it says once, and the metric counts', async () => {
    const gone = await testRedis();
    const { take, fallbacks, lines, redis } = await open(gone.url);
    redis.client.disconnect();
    await gone.close();
    const [first, second, third] = [await take('k', 2), await take('k', 2), await take('k', 2)];
    expect([first, second, third].map(Boolean)).toEqual([true, true, false]);
    expect(await fallbacks()).toBe(2);
    first?.();
    expect(await take('k', 2)).toBeDefined();
    expect(lines.filter((line) => line.includes('places'))).toHaveLength(1);
  });
});
