import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { silentLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testRedis } from '#test/stack/index.ts';
import type { TestServer } from '#test/stack/index.ts';
import { createCache } from './cache.ts';
import type { CacheOptions } from './cache.ts';
import { createRedis } from './redis.ts';
import type { RedisPart } from './redis.ts';

let server: TestServer;
const parts: RedisPart[] = [];
let namespaces = 0;

beforeAll(async () => {
  server = await testRedis();
});
afterEach(async () => {
  for (const part of parts.splice(0)) await part.stop();
});
afterAll(() => server.close());

/** A cache as one process has it; those of one namespace share it. */
async function startCache(options: Partial<CacheOptions> = {}) {
  const redis = createRedis({ url: server.url, name: 'test', logger: silentLogger });
  parts.push(redis);
  const metrics = createMetrics({ service: 'test' });
  const namespace = options.namespace ?? `ns${namespaces++}`;
  const cache = createCache({
    redis,
    metrics,
    namespace,
    memory: { maxEntries: 100 },
    ttlMs: 60_000,
    logger: silentLogger,
    ...options,
  });
  await redis.start();
  return {
    cache,
    redis,
    namespace,
    text: () => metrics.text(),
    stored: (key: string) => redis.client.get(`switchboard:${namespace}:${key}`),
  };
}

/** Loads the numbers from 1 up, and knows how often. */
function counter() {
  const load = async () => ++load.calls;
  load.calls = 0;
  return load;
}
const number = z.number();

/** A load that is held until it is let go. */
function held<T>(value: T) {
  let release: () => void = () => undefined;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  const load = async () => {
    begin();
    await released;
    return value;
  };
  return { load, begun, release };
}

describe('a cache', () => {
  test('loads a value once and then has it in memory', async () => {
    const { cache, text } = await startCache();
    const load = counter();

    await expect(cache.get('a', number, load)).resolves.toBe(1);
    await expect(cache.get('a', number, load)).resolves.toBe(1);
    await expect(text()).resolves.toMatch(/switchboard_cache_reads_total\{.*from="memory".*\} 1/);
  });

  test('loads once for many who ask at a time', async () => {
    const { cache } = await startCache();
    const load = counter();

    await expect(Promise.all(Array.from({ length: 50 }, () => cache.get('a', number, load)))).resolves.toEqual(
      Array.from({ length: 50 }, () => 1),
    );
    expect(load.calls).toBe(1);
  });

  test('has in Redis what another process loaded', async () => {
    const one = await startCache();
    const two = await startCache({ namespace: one.namespace });
    await one.cache.get('a', z.object({ deep: z.array(z.string()) }), async () => ({ deep: ['x'] }));
    await eventually(async () => expect(await two.stored('a')).not.toBeNull());

    await expect(
      two.cache.get('a', z.object({ deep: z.array(z.string()) }), () => Promise.reject(new Error('loaded'))),
    ).resolves.toEqual({
      deep: ['x'],
    });
  });

  test('keeps what is null', async () => {
    const { cache } = await startCache();
    await cache.get('a', z.null(), async () => null);

    await expect(cache.get('a', z.null(), () => Promise.reject(new Error('loaded')))).resolves.toBeNull();
  });

  test('keeps namespaces apart', async () => {
    const one = await startCache();
    const two = await startCache();
    await one.cache.get('a', number, async () => 1);

    await expect(two.cache.get('a', number, async () => 2)).resolves.toBe(2);
  });

  test('does not keep failures, and tells them to all who wait', async () => {
    const { cache } = await startCache();
    const failing = () => Promise.reject(new Error('the store is away'));
    const answers = await Promise.allSettled([cache.get('a', number, failing), cache.get('a', number, failing)]);

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(cache.get('a', number, async () => 1)).resolves.toBe(1);
  });

  test('loads anew when its time is over, in memory and in Redis', async () => {
    const { cache } = await startCache({ ttlMs: 50 });
    const load = counter();
    await cache.get('a', number, load);

    await eventually(async () => expect(await cache.get('a', number, load)).toBeGreaterThan(1));
  });

  test('does not outlive its time in a process that found it in Redis', async () => {
    const one = await startCache({ ttlMs: 60_000 });
    const two = await startCache({ namespace: one.namespace, ttlMs: 600_000 });
    await one.cache.get('a', number, async () => 1);
    await eventually(async () => expect(await one.stored('a')).not.toBeNull());
    await one.redis.client.set(
      `switchboard:${one.namespace}:a`,
      JSON.stringify({ value: 1, expiresAt: Date.now() - 1 }),
    );

    await expect(two.cache.get('a', number, async () => 2)).resolves.toBe(2);
  });

  test('holds no more entries in memory than it may', async () => {
    const { cache, redis, namespace } = await startCache({ memory: { maxEntries: 2 } });
    const load = counter();
    for (const key of ['a', 'b', 'c']) await cache.get(key, number, load);
    await eventually(async () => expect(await redis.client.keys(`switchboard:${namespace}:*`)).toHaveLength(3));
    await redis.client.flushall();

    await expect(cache.get('c', number, load)).resolves.toBe(3);
    await expect(cache.get('a', number, load)).resolves.toBe(4);
  });

  test('hands out what is too large, and counts that it is not kept', async () => {
    const { cache, stored, text } = await startCache();
    const large = 'x'.repeat(256 * 1024);
    await expect(cache.get('a', z.string(), async () => large)).resolves.toBe(large);

    await expect(cache.get('a', z.string(), async () => 'small')).resolves.toBe('small');
    await eventually(async () => expect(await stored('a')).toContain('small'));
    await expect(text()).resolves.toMatch(/cache_failures_total\{.*operation="too_large".*\} 1/);
  });

  test.each([
    ['of another version', JSON.stringify({ value: 'text', expiresAt: Date.now() + 60_000 })],
    ['that is no entry', '{"a":1}'],
    ['that is no JSON', 'nonsense'],
  ])('loads anew what stands in Redis in a form %s', async (_what, stored) => {
    const { cache, redis, namespace } = await startCache();
    await redis.client.set(`switchboard:${namespace}:a`, stored);

    await expect(cache.get('a', number, async () => 1)).resolves.toBe(1);
  });
});

describe('deleting', () => {
  test('makes a key stale here, in Redis and in other processes', async () => {
    const one = await startCache();
    const two = await startCache({ namespace: one.namespace });
    const load = counter();
    await one.cache.get('a', number, load);
    await eventually(async () => expect(await one.stored('a')).not.toBeNull());
    await two.cache.get('a', number, load);
    expect(load.calls).toBe(1);
    await one.cache.delete('a');

    await expect(one.cache.get('a', number, load)).resolves.toBe(2);
    await eventually(async () => expect(await one.stored('a')).toContain('"value":2'));
    await eventually(async () => expect(await two.cache.get('a', number, load)).toBe(2));
    expect(load.calls).toBe(2);
  });

  test('during a load keeps its result from being kept, and later callers from getting it', async () => {
    const { cache, stored } = await startCache();
    const old = held('old');
    const first = cache.get('a', z.string(), old.load);
    await old.begun;
    await cache.delete('a');
    const second = cache.get('a', z.string(), async () => 'new');
    old.release();

    await expect(first).resolves.toBe('old');
    await expect(second).resolves.toBe('new');
    await expect(cache.get('a', z.string(), async () => 'newer')).resolves.toBe('new');
    await eventually(async () => expect(await stored('a')).toContain('new'));
  });

  test('by another process during a load keeps its result from being kept', async () => {
    const one = await startCache();
    const two = await startCache({ namespace: one.namespace });
    const heard: string[] = [];
    const channel = `switchboard:${one.namespace}:deleted`;
    one.redis.subscribe({ channel, onMessage: (text) => heard.push(text), onListening: () => undefined });
    const old = held('old');
    const first = one.cache.get('a', z.string(), old.load);
    await old.begun;
    await two.cache.delete('a');
    await eventually(() => expect(heard).toHaveLength(1));
    await expect(one.cache.get('a', z.string(), async () => 'new')).resolves.toBe('new');
    old.release();

    await expect(first).resolves.toBe('old');
    await expect(one.cache.get('a', z.string(), async () => 'newer')).resolves.toBe('new');
  });
});

describe('while Redis is away', () => {
  test('memory and loads answer, and what could not be read or written is counted', async () => {
    const { cache, text, redis } = await startCache();
    await cache.get('known', number, async () => 1);
    await server.kill9();
    try {
      await eventually(() => expect(redis.client.status).not.toBe('ready'));

      await expect(cache.get('known', number, async () => 2)).resolves.toBe(1);
      await expect(cache.get('unknown', number, async () => 3)).resolves.toBe(3);
      await expect(cache.get('unknown', number, async () => 4)).resolves.toBe(3);
      await expect(text()).resolves.toMatch(/cache_failures_total\{.*operation="read".*\} 1/);
    } finally {
      await server.restart();
    }
  });

  test('a deletion counts here at once, and elsewhere as soon as Redis is back', async () => {
    const one = await startCache();
    const two = await startCache({ namespace: one.namespace });
    let truth = 'old';
    const load = async () => truth;
    await one.cache.get('a', z.string(), load);
    await eventually(async () => expect(await one.stored('a')).not.toBeNull());
    await two.cache.get('a', z.string(), load);
    // The embedded server keeps what it has on disk within a second; this makes it certain.
    await one.redis.client.call('SAVE');
    await server.kill9();
    await eventually(() => expect(one.redis.client.status).not.toBe('ready'));
    truth = 'new';
    await one.cache.delete('a');
    await expect(one.cache.get('a', z.string(), load)).resolves.toBe('new');
    await server.restart();

    await eventually(async () => expect(await two.cache.get('a', z.string(), load)).toBe('new'));
    await eventually(async () => expect((await one.stored('a')) ?? '').not.toContain('old'));
    await expect(one.cache.get('a', z.string(), load)).resolves.toBe('new');
  });

  test('a load that was under way during an outage is not kept: its deletion may have passed unheard', async () => {
    const one = await startCache();
    const other = await startCache({ namespace: one.namespace });
    let listened = 0;
    one.redis.subscribe({ channel: 'any', onMessage: () => undefined, onListening: () => (listened += 1) });
    await eventually(() => expect(listened).toBe(1));
    const { load, begun, release } = held(1);
    const reading = one.cache.get('k', number, load);
    await begun;
    await server.kill9();
    await other.cache.delete('k');
    await server.restart();
    await eventually(() => expect(listened).toBe(2));
    release();

    await expect(reading).resolves.toBe(1);
    await expect(one.cache.get('k', number, async () => 2)).resolves.toBe(2);
  });

  test('a hanging Redis costs one caller a second, and the next ones nothing', async () => {
    const { cache, redis } = await startCache();
    await redis.client.call('CLIENT', 'PAUSE', '20000', 'ALL');
    try {
      await expect(cache.get('a', number, async () => 1)).resolves.toBe(1);
      await eventually(() => expect(redis.client.status).not.toBe('ready'));
      const took: number[] = [];
      for (const key of ['b', 'c', 'd', 'e', 'f']) {
        const since = performance.now();
        await expect(cache.get(key, number, async () => 2)).resolves.toBe(2);
        took.push(performance.now() - since);
      }
      // Other work of the machine may hold up one of them, and a Redis that is waited for all of them.
      expect(Math.min(...took)).toBeLessThan(500);
    } finally {
      await server.kill9();
      await server.restart();
    }
  });
});
