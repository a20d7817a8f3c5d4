import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPacesInMemory } from './pacesInMemory.ts';

const SECOND_US = 1_000_000;

describe('paces in memory', () => {
  test('let a burst go at once and then hold to the pace', () => {
    let now = 0;
    const take = createPacesInMemory(() => now);
    const paces = [{ key: 'a', perSecond: 2, burst: 3 }];

    expect([take(paces), take(paces), take(paces), take(paces)]).toEqual([0, 0, 0, 500]);
    now += SECOND_US / 2;
    expect([take(paces), take(paces)]).toEqual([0, 500]);
    now += 10 * SECOND_US;
    expect([take(paces), take(paces), take(paces), take(paces)]).toEqual([0, 0, 0, 500]);
  });

  test('take all or nothing, and tell the longest wait', () => {
    const take = createPacesInMemory(() => 0);
    const slow = { key: 'slow', perSecond: 1, burst: 1 };
    const fast = { key: 'fast', perSecond: 10, burst: 2 };

    expect(take([slow, fast])).toBe(0);
    expect(take([slow, fast])).toBe(1_000);
    expect([take([fast]), take([fast])]).toEqual([0, 100]);
    expect(take([slow, fast])).toBe(1_000);
  });

  test('never let more go in any stretch of time than the burst and the pace allow, nor less to who comes when told', () => {
    const asks = fc.array(fc.integer({ min: 0, max: 700_000 }), { maxLength: 60 });
    const pace = fc.record({
      key: fc.constant('a'),
      perSecond: fc.double({ min: 0.2, max: 50, noNaN: true }),
      burst: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(asks, pace, (pauses, held) => {
        let now = 0;
        let refusedTwice = 0;
        const take = createPacesInMemory(() => now);
        const went: number[] = [];
        for (const pause of pauses) {
          now += pause;
          const waitMs = take([held]);
          now += waitMs * 1_000;
          if (waitMs > 0) refusedTwice += take([held]);
          went.push(now);
        }
        expect(refusedTwice).toBe(0);
        for (const [first, start] of went.entries()) {
          for (const [further, end] of went.slice(first).entries()) {
            const allowed = held.burst + ((end - start) / SECOND_US) * held.perSecond;
            expect(further + 1).toBeLessThanOrEqual(allowed + 1e-6);
          }
        }
      }),
    );
  });
});
