import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createKeyedQueue } from './keyedQueue.ts';

describe('the keyed queue', () => {
  it('keeps the order of each key, never exceeds its concurrency and ends idle', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), turns: fc.nat(3) }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        async (works, concurrency) => {
          const queue = createKeyedQueue({ concurrency });
          const done: { key: string; index: number }[] = [];
          const runningKeys: string[] = [];
          for (const [index, { key, turns }] of works.entries()) {
            await queue.add(key, async () => {
              expect(runningKeys).not.toContain(key);
              runningKeys.push(key);
              expect(runningKeys.length).toBeLessThanOrEqual(concurrency);
              for (let turn = 0; turn < turns; turn++) await setImmediate();
              runningKeys.splice(runningKeys.indexOf(key), 1);
              done.push({ key, index });
            });
          }
          await queue.idle();
          expect(done).toHaveLength(works.length);
          for (const key of ['a', 'b', 'c', 'd']) {
            const order = done.filter((one) => one.key === key).map(({ index }) => index);
            expect(order).toEqual(order.toSorted((a, b) => a - b));
          }
        },
      ),
    );
  });

  it('holds a producer back while twice the concurrency is under way', async () => {
    const queue = createKeyedQueue({ concurrency: 1 });
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await queue.add('a', () => gate);
    let accepted = false;
    const second = queue.add('b', () => gate).then(() => (accepted = true));
    await setImmediate();
    expect(accepted).toBe(false);
    release();
    await second;
    await queue.idle();
  });
});
