import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { z } from 'zod';
import { createRedis, type RedisPart } from '#platform/cache/redis.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testRedis, type TestServer } from '#test/stack/index.ts';
import type { Span } from '../queries/segments.ts';
import { HOUR_MS, hoursOf } from './changes.ts';
import { createChangeTeller } from './changeTeller.ts';
import { MOST_HOURS } from './changesInRedis.ts';
import { createFigureCache } from './figureCache.ts';

let server: TestServer;
const parts: RedisPart[] = [];

beforeAll(async () => {
  server = await testRedis();
});
afterEach(async () => {
  for (const part of parts.splice(0)) await part.stop();
});
afterAll(() => server?.close());

const day = Date.UTC(2026, 2, 1);
const hour = (n: number) => day + n * HOUR_MS;
const morning: Span = { from: hour(6), to: hour(12) };
const evening: Span = { from: hour(18), to: hour(24) };

/** A process of analytics. */
async function startProcess() {
  const redis = createRedis({ url: server.url, name: 'test', logger });
  parts.push(redis);
  const metrics = createMetrics({ service: 'test' });
  const cache = createFigureCache({ redis, logger, metrics });
  const tell = createChangeTeller({ redis, nats: { connected: false } as NatsPart, logger, metrics });
  await redis.start();
  return {
    redis,
    tell,
    get: <T>(
      companyId: string,
      load: () => Promise<T>,
      { span = morning, key = '', schema = z.any() as z.ZodType<T> } = {},
    ) => cache.get({ companyId, key: `${String(span.from)} ${String(span.to)} ${key}`, span, schema }, load),
  };
}

/** Loads the numbers from 1 up, and knows how often. */
function counter() {
  const load = async () => ++load.calls;
  load.calls = 0;
  return load;
}

/** A load that is held until it is let go. */
function held<T>(value: T) {
  const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const load = async () => {
    begun.resolve();
    await released.promise;
    return value;
  };
  return { load, begun: begun.promise, release: () => released.resolve() };
}

const change = (companyId: string, ...hours: number[]) => ({ companyId, hours: new Set(hours.map(hour)) });

describe('figures', () => {
  test('are worked out once, and then kept in memory and for other processes', async () => {
    const [one, other, company, load] = [await startProcess(), await startProcess(), v7(), counter()];
    expect(await one.get(company, load)).toBe(1);
    expect(await one.get(company, load)).toBe(1);
    await eventually(async () => expect(await other.get(company, load)).toBe(1));
    expect(load.calls).toBe(1);
  });

  test('that are asked for at the same moment are worked out at the same moment, so that one statement may do', async () => {
    const [one, other, company] = [await startProcess(), await startProcess(), v7()];
    const spans = Array.from({ length: 20 }, (_, minute) => ({ from: day + minute * 60_000, to: hour(12) }));
    // Between those that are to be worked out are some that Redis has, which come in many pieces.
    const large = 'x'.repeat(200_000);
    const kept = spans.filter((_, at) => at % 2 === 0);
    for (const span of kept) await one.get(company, async () => large, { span });
    await eventually(async () => {
      const entries = await one.redis.client.keys(`switchboard:figures:{${company}}:*`);
      expect(entries.filter((key) => !/:(?:turn|changes)$/.test(key))).toHaveLength(kept.length);
    });
    let turn = 0;
    const turns: number[] = [];
    const load = async () => {
      turns.push(turn);
      setImmediate(() => (turn += 1));
      return large;
    };
    await Promise.all(spans.map((span) => other.get(company, load, { span })));
    expect(turns).toEqual(spans.slice(kept.length).map(() => 0));
  });

  test('become stale by what changes in their span, here and in other processes at once', async () => {
    const [one, other, company, load] = [await startProcess(), await startProcess(), v7(), counter()];
    await one.get(company, load);
    await other.get(company, load);
    await one.tell([change(company, 11)]);
    const before = load.calls;
    expect(await other.get(company, load)).toBe(before + 1);
    expect(await one.get(company, load)).toBe(before + 1);
  });

  test('stay what they are when other hours or another company change', async () => {
    const [one, company, load] = [await startProcess(), v7(), counter()];
    await one.get(company, load);
    await one.tell([change(company, 5, 12), change(v7(), 7)]);
    expect(await one.get(company, load)).toBe(1);
    expect(await one.get(company, load, { span: evening })).toBe(2);
  });

  test('of all times become stale when it is not said which they are, or when there are too many', async () => {
    const [one, company, load] = [await startProcess(), v7(), counter()];
    await one.get(company, load);
    await one.tell([{ companyId: company }]);
    expect(await one.get(company, load)).toBe(2);
    const far = hoursOf({ from: hour(1_000), to: hour(1_001 + MOST_HOURS) });
    await one.tell([{ companyId: company, hours: new Set(far) }]);
    expect(await one.get(company, load)).toBe(3);
    expect(await one.get(company, load)).toBe(3);
  });

  test('are fresh where what changed since is forgotten, only if they are newer than that', async () => {
    const [one, company, load] = [await startProcess(), v7(), counter()];
    await one.get(company, load);
    for (let n = 0; n <= MOST_HOURS; n++) await one.tell([change(company, 100 + n)]);
    expect(await one.get(company, load)).toBe(2);
    await one.tell([change(company, 200)]);
    expect(await one.get(company, load)).toBe(2);
  });

  test('that were asked for before a change are no answer to who comes after it, and are not kept', async () => {
    const [one, company, old] = [await startProcess(), v7(), held('old')];
    const first = one.get(company, old.load);
    await old.begun;
    await one.tell([change(company, 8)]);
    expect(await one.get(company, async () => 'new')).toBe('new');
    old.release();
    expect(await first).toBe('new');
    expect(await one.get(company, async () => 'newer')).toBe('new');
  });

  test('that change while they are worked out are worked out again, so that what is asked for at one moment is of one state', async () => {
    const [one, company] = [await startProcess(), v7()];
    let state = 1;
    // What comes first has ended long before the change, and saw nothing of it.
    const [quick, slow] = [async () => state, held(undefined)];
    const answers = Promise.all([
      one.get(company, quick, { key: 'quick' }),
      one.get(company, async () => (await slow.load(), state), { key: 'slow' }),
    ]);
    await slow.begun;
    await one.redis.client.ping();
    state = 2;
    await one.tell([change(company, 8)]);
    slow.release();
    expect(await answers).toEqual([2, 2]);
  });

  test('wait for none of another time that are asked for beside them', async () => {
    const [one, company, later] = [await startProcess(), v7(), held('later')];
    const of = one.get(company, later.load, { span: evening });
    expect(await one.get(company, async () => 'now')).toBe('now');
    later.release();
    expect(await of).toBe('later');
  });

  test('that change all the time are answered nevertheless, and not kept', async () => {
    const [one, company, load] = [await startProcess(), v7(), counter()];
    const changing = async () => {
      await one.tell([change(company, 8)]);
      return load();
    };
    const answered = await one.get(company, changing);
    expect(answered).toBe(load.calls);
    expect(await one.get(company, load)).toBe(answered + 1);
  });

  test('are not worked out again for a change of other hours', async () => {
    const [one, company, load] = [await startProcess(), v7(), counter()];
    const beside = async () => {
      await one.tell([change(company, 20)]);
      return load();
    };
    expect(await one.get(company, beside)).toBe(1);
  });

  test('are worked out once for many who ask at a time, in all processes', async () => {
    const [one, other, company, work] = [await startProcess(), await startProcess(), v7(), held('figures')];
    let calls = 0;
    const load = () => {
      calls += 1;
      return work.load();
    };
    const first = [one.get(company, load), one.get(company, load)];
    await work.begun;
    const later = [other.get(company, load), one.get(company, load), other.get(company, load)];
    await one.redis.client.ping();
    work.release();
    expect(await Promise.all([...first, ...later])).toEqual(Array.from({ length: 5 }, () => 'figures'));
    expect(calls).toBe(1);
  });

  test('are another’s to work out when who had the turn fails, and the failure is theirs who asked there', async () => {
    const [one, other, company] = [await startProcess(), await startProcess(), v7()];
    const failing = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const first = one.get(company, () => {
      begun.resolve();
      return failing.promise;
    });
    await begun.promise;
    const second = other.get(company, async () => 'figures');
    failing.reject(new Error('ClickHouse is away'));
    await expect(first).rejects.toThrow('ClickHouse is away');
    expect(await second).toBe('figures');
    expect(await one.get(company, async () => 'later')).toBe('figures');
  });

  test('that another version of the program has kept are worked out anew', async () => {
    const [one, other, company] = [await startProcess(), await startProcess(), v7()];
    await one.get(company, async () => 'text');
    const turns = `switchboard:figures:{${company}}:*:turn`;
    await eventually(async () => expect(await one.redis.client.keys(turns)).toEqual([]));
    expect(await other.get(company, async () => 7, { schema: z.number() })).toBe(7);
  });

  test('that are too large are worked out each time', async () => {
    const [one, company, load] = [await startProcess(), v7(), counter()];
    const large = async () => [await load(), 'x'.repeat(256 * 1024)];
    await one.get(company, large);
    expect(await one.get(company, large)).toHaveLength(2);
    expect(load.calls).toBe(2);
  });

  test('are believed no longer once Redis has lost what it knew of changes', async () => {
    const [one, company, load] = [await startProcess(), v7(), counter()];
    await one.get(company, load);
    await one.redis.client.flushall();
    expect(await one.get(company, load)).toBe(2);
  });
});

describe('while Redis is away', () => {
  test('figures are worked out by each process, kept for a moment, and what has changed is told once it is back', async () => {
    const [one, other, company, load] = [await startProcess(), await startProcess(), v7(), counter()];
    await one.get(company, load);
    await one.redis.client.call('SAVE');
    await server.kill9();
    try {
      await eventually(() => expect([one.redis.client.status, other.redis.client.status]).not.toContain('ready'));
      // The moment may pass between the two.
      await eventually(async () => {
        const first = await other.get(company, load);
        expect(await other.get(company, load)).toBe(first);
      });
      await one.tell([change(company, 9)]);
      // Nobody can say that it is stale: only that it is old.
      const kept = load.calls;
      await eventually(async () => expect(await other.get(company, load)).toBeGreaterThan(kept));
    } finally {
      await server.restart();
    }
    const before = load.calls;
    await eventually(async () => {
      const told = await one.get(company, load);
      expect(told).toBeGreaterThan(before);
      expect(await other.get(company, load)).toBe(told);
    });
  });
});
