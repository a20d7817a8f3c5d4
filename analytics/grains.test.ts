import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { testClickHouse } from '#test/stack/index.ts';
import { firstStart, grains } from './grains.ts';

let store: Awaited<ReturnType<typeof testClickHouse>>;

beforeAll(async () => {
  store = await testClickHouse();
});
afterAll(() => store.close());

/** From 2001 to 2050, to the millisecond. */
const anyInstant = fc.integer({ min: Date.UTC(2001, 0), max: Date.UTC(2050, 0) });

describe('the buckets of every grain', () => {
  test('begin for ClickHouse when they begin here', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyInstant, { minLength: 50, maxLength: 200 }), async (instants) => {
        const starts = grains.map(({ bucketOf }) => `toUnixTimestamp(${bucketOf('at')})`);
        const result = await store.client.query({
          query: `SELECT fromUnixTimestamp64Milli(arrayJoin([${instants.join(', ')}]), 'UTC') AS at, ${starts.join(', ')}`,
          format: 'JSONCompactEachRow',
        });
        const rows = await result.json<unknown[]>();
        const expected = instants.map((at) => grains.map(({ startOf }) => startOf(at) / 1_000));
        expect(rows.map(([, ...found]) => found)).toEqual(expected);
      }),
      { numRuns: 10 },
    );
  });

  test('end where the next one begins, and lie in one month', () => {
    fc.assert(
      fc.property(anyInstant, fc.constantFrom(...grains), (instant, grain) => {
        const [start, end] = [grain.startOf(instant), grain.endOf(instant)];
        expect(start).toBeLessThanOrEqual(instant);
        expect(end).toBeGreaterThan(instant);
        expect([grain.startOf(end), grain.startOf(end - 1)]).toEqual([end, start]);
        expect(new Date(end - 1).getUTCMonth()).toBe(new Date(start).getUTCMonth());
        expect([firstStart(grain, start), firstStart(grain, start + 1)]).toEqual([start, end]);
      }),
    );
  });
});
