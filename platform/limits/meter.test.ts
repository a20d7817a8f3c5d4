import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRedis, type RedisPart } from '#platform/cache/redis.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { testRedis, type TestServer } from '#test/stack/index.ts';
import { createMeter } from './meter.ts';
import { SLOT_MS, SLOTS } from './quota.ts';
import { createQuotasInMemory } from './quotasInMemory.ts';
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

/** A meter as another process would have it. */
async function open(url = server.url) {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const metrics = createMetrics({ service: 'test' });
  const redis = createRedis({ url, name: 'test', logger });
  parts.push(redis);
  await redis.start();
  const fallbacks = async () => Number(/^switchboard_quotas_fallback_total\S* (\d+)$/m.exec(await metrics.text())?.[1]);
  return { redis, take: createMeter({ redis, logger, metrics }).take, lines, fallbacks };
}

const quota = (limit: number, take = 1, key: string = randomUUID()) => ({ key, limit, take });

describe('the meter', () => {
  test('gives as much as the limit, over all processes, also when they come at once', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    const verdicts = await whileRedisAnswers([one.fallbacks, other.fallbacks], () => {
      const wanted = quota(10);
      return Promise.all(Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? one : other).take([wanted])));
    });
    expect(verdicts.filter(({ waitMs }) => waitMs === 0)).toHaveLength(10);
  });

  test('says what is left, and when some of it comes back', async () => {
    const { take } = await open();
    const key = randomUUID();
    const first = await take([quota(10, 3, key)]);
    expect(first).toMatchObject({ waitMs: 0, states: [{ limit: 10, remaining: 7 }] });
    const second = await take([quota(10, 0, key)]);
    expect(second.states[0]?.resetMs).toBeGreaterThan((SLOTS - 2) * SLOT_MS);
    expect(second.states[0]?.resetMs).toBeLessThanOrEqual(SLOTS * SLOT_MS);
  });

  test('takes from all quotas or from none', async () => {
    const { take } = await open();
    const [requests, cost] = [quota(5), quota(100, 80)];
    expect(await take([requests, cost])).toMatchObject({ waitMs: 0 });
    const refused = await take([requests, cost]);
    expect(refused.waitMs).toBeGreaterThan(0);
    expect(refused.states).toMatchObject([{ remaining: 4 }, { remaining: 20 }]);
    expect(await take([requests, { ...cost, take: 20 }])).toMatchObject({
      waitMs: 0,
      states: [{ remaining: 3 }, { remaining: 0 }],
    });
  });

  test('never gives what is more than the limit by itself', async () => {
    const { take } = await open();
    expect(await take([quota(10, 11)])).toMatchObject({ waitMs: SLOTS * SLOT_MS, states: [{ remaining: 10 }] });
  });

  test('counts in memory while Redis is away, says so once, and the metric counts it', async () => {
    const gone = await testRedis();
    const { take, fallbacks, lines, redis } = await open(gone.url);
    redis.client.disconnect();
    await gone.close();
    const wanted = quota(2);
    const waits = [await take([wanted]), await take([wanted]), await take([wanted])].map(({ waitMs }) => waitMs);
    expect(waits.slice(0, 2)).toEqual([0, 0]);
    expect(waits[2]).toBeGreaterThan(0);
    expect(await fallbacks()).toBe(3);
    expect(lines.filter((line) => line.includes('quotas'))).toHaveLength(1);
  });

  test('forgets whoever has not come for a window', async () => {
    const { take, redis } = await open();
    const wanted = quota(2);
    await take([wanted]);
    const ttl = await redis.client.pttl(`switchboard:quota:${wanted.key}`);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(SLOTS * SLOT_MS);
  });
});

describe('quotas in memory', () => {
  test('never give more than the limit within any minute, and all of it to who waits', () => {
    const asks = fc.array(fc.record({ afterMs: fc.nat(20_000), take: fc.integer({ min: 1, max: 6 }) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(asks, (all) => {
        let now = 0;
        const take = createQuotasInMemory(() => now);
        const given: { at: number; amount: number }[] = [];
        for (const { afterMs, take: amount } of all) {
          now += afterMs;
          const wanted = { key: 'k', limit: 10, take: amount };
          const { waitMs } = take([wanted]);
          now += waitMs;
          expect(waitMs === 0 ? 0 : take([wanted]).waitMs).toBe(0);
          given.push({ at: now, amount });
          const within = given.filter(({ at }) => at > now - 60_000);
          expect(within.reduce((sum, one) => sum + one.amount, 0)).toBeLessThanOrEqual(10);
        }
      }),
    );
  });

  test('come back at most a slot later than a minute after they were used', () => {
    let now = 12_345;
    const take = createQuotasInMemory(() => now);
    const wanted = { key: 'k', limit: 1, take: 1 };
    take([wanted]);
    const { waitMs } = take([wanted]);
    expect(waitMs).toBeGreaterThanOrEqual(60_000);
    expect(waitMs).toBeLessThanOrEqual(60_000 + SLOT_MS);
    now += waitMs;
    expect(take([wanted]).waitMs).toBe(0);
  });
});
