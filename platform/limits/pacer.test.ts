import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRedis, type RedisPart } from '#platform/cache/redis.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testRedis, type TestServer } from '#test/stack/index.ts';
import { createPacer } from './pacer.ts';
import { whileRedisAnswers } from './testing/whileRedisAnswers.ts';

let server: TestServer;
const parts: RedisPart[] = [];

beforeAll(async () => {
  server = await testRedis();
});
afterEach(async () => {
  for (const part of parts.splice(0)) await part.stop();
});
afterAll(() => server.close());

/** A pacer as another process would have it. */
async function open() {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const metrics = createMetrics({ service: 'test' });
  const redis = createRedis({ url: server.url, name: 'test', logger });
  parts.push(redis);
  await redis.start();
  const fallbacks = async () => Number(/^switchboard_limits_fallback_total\S* (\d+)$/m.exec(await metrics.text())?.[1]);
  return { redis, take: createPacer({ redis, logger, metrics }).take, lines, fallbacks };
}

describe('the pacer', () => {
  test('lets a burst go at once, holds the next back, and lets it go after the wait', async () => {
    const { take } = await open();
    const paces = [{ key: randomUUID(), perSecond: 5, burst: 3 }];
    const answers: number[] = [];
    // On a busy machine one comes back while the burst is taken.
    while (answers.length < 50 && (answers.at(-1) ?? 0) === 0) answers.push(await take(paces));
    const waitMs = answers.at(-1) ?? 0;

    expect(answers.slice(0, 3)).toEqual([0, 0, 0]);
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(200);
    await pause(waitMs);
    await expect(take(paces)).resolves.toBe(0);
  });

  test('takes a place in all paces or in none, and tells the longest wait', async () => {
    const { take } = await open();
    const slow = { key: randomUUID(), perSecond: 0.001, burst: 1 };
    const other = { key: randomUUID(), perSecond: 0.001, burst: 2 };

    await expect(take([slow, other])).resolves.toBe(0);
    const waitMs = await take([slow, other]);
    await expect(take([other])).resolves.toBe(0);
    expect(waitMs).toBeGreaterThan(900_000);
    await expect(take([other])).resolves.toBeGreaterThan(900_000);
    await expect(take([])).resolves.toBe(0);
  });

  test('never lets two processes together exceed a pace', async () => {
    const pacers = await Promise.all([open(), open()]);
    const fallbacks = pacers.map((pacer) => pacer.fallbacks);
    const paces = fc.array(
      fc.record({ perSecond: fc.integer({ min: 1, max: 60 }), burst: fc.integer({ min: 1, max: 8 }) }),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(paces, fc.array(fc.boolean(), { minLength: 10, maxLength: 80 }), async (rules, askers) => {
        const { held, answers, seconds } = await whileRedisAnswers(fallbacks, async () => {
          const paced = rules.map((rule) => ({ ...rule, key: randomUUID() }));
          const began = performance.now();
          const waits = await Promise.all(askers.map((first) => pacers[first ? 0 : 1].take(paced)));
          return { held: paced, answers: waits, seconds: (performance.now() - began) / 1_000 };
        });
        const went = answers.filter((waitMs) => waitMs === 0).length;
        for (const { burst, perSecond } of held) expect(went).toBeLessThanOrEqual(burst + seconds * perSecond);
        const least = Math.min(askers.length, ...held.map(({ burst }) => burst));
        expect(went).toBeGreaterThanOrEqual(least);
      }),
      { numRuns: 50 },
    );
  });

  test('leaves nothing behind in Redis once a pace is free again', async () => {
    const { redis, take } = await open();
    const key = randomUUID();
    await eventually(async () => {
      await take([{ key, perSecond: 20, burst: 5 }]);
      expect(await redis.client.pttl(`switchboard:pace:${key}`)).toBeGreaterThan(0);
    });
    await eventually(async () => expect(await redis.client.exists(`switchboard:pace:${key}`)).toBe(0));
  });

  test('does not wait for longer than its pace after the clock of Redis was set back', async () => {
    const { redis, take } = await open();
    const key = randomUUID();
    await redis.client.set(`switchboard:pace:${key}`, String((Date.now() + 3_600_000) * 1_000));

    expect(await take([{ key, perSecond: 10, burst: 2 }])).toBeLessThanOrEqual(100);
  });

  test('holds the pace by itself while Redis is dead, counts that, says it once, and goes back to Redis', async () => {
    const { redis, take, lines, fallbacks } = await open();
    const held = [{ key: randomUUID(), perSecond: 0.001, burst: 2 }];
    await server.kill9();
    const answers = [await take(held), await take(held), await take(held)];

    expect(answers).toEqual([0, 0, expect.any(Number)]);
    expect(answers[2]).toBeGreaterThan(900_000);
    expect(await fallbacks()).toBe(3);
    expect(lines.filter((line) => line.includes('by this process alone'))).toHaveLength(1);
    await server.restart();
    await eventually(() => redis.check());
    await expect(take(held)).resolves.toBe(0);
    expect(await fallbacks()).toBe(3);
  });

  test('holds the pace by itself when Redis hangs', async () => {
    const { take, fallbacks } = await open();
    const other = await open();
    await other.redis.client.client('PAUSE', 60_000, 'ALL');
    const answers = await Promise.all([1, 2].map(() => take([{ key: 'hung', perSecond: 0.001, burst: 1 }])));

    expect(answers.filter((waitMs) => waitMs === 0)).toHaveLength(1);
    expect(await fallbacks()).toBe(2);
    await server.kill9();
    await server.restart();
  });
});
