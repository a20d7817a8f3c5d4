import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createOrderedWork } from './orderedWork.ts';

describe('ordered work', () => {
  it('hands results on in the order of the work, however long each piece takes, and never runs too much at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ max: 12, min: 0 }),
        async (scheduler, concurrency, count) => {
          const delivered: number[] = [];
          let running = 0;
          let most = 0;
          const work = createOrderedWork<number>({
            concurrency,
            deliver: (result) => void delivered.push(result),
            onError: (error) => {
              throw error;
            },
          });
          for (let index = 0; index < count; index++) {
            work.add(async () => {
              running += 1;
              most = Math.max(most, running);
              await scheduler.schedule(Promise.resolve());
              running -= 1;
              return index;
            });
          }
          await scheduler.waitFor(work.idle());
          expect(delivered).toEqual(Array.from({ length: count }, (_, index) => index));
          expect(most).toBeLessThanOrEqual(concurrency);
          expect(work.size).toBe(0);
        },
      ),
    );
  });

  it('tells of work that failed, and hands on what comes behind it', async () => {
    const delivered: string[] = [];
    const errors: unknown[] = [];
    const failure = new Error('no');
    const work = createOrderedWork<string>({
      concurrency: 2,
      deliver: (result) => void delivered.push(result),
      onError: (error) => errors.push(error),
    });
    work.add(async () => 'a');
    work.add(async () => {
      throw failure;
    });
    work.add(async () => 'c');
    await work.idle();
    expect(delivered).toEqual(['a', 'c']);
    expect(errors).toEqual([failure]);
  });

  it('keeps the order also around work that failed before its turn', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const handedOn: string[] = [];
    const work = createOrderedWork<string>({
      concurrency: 3,
      deliver: (result) => void handedOn.push(result),
      onError: (error) => void handedOn.push(String(error)),
    });
    work.add(async () => {
      await held;
      return 'a';
    });
    work.add(() => Promise.reject(new Error('no')));
    work.add(async () => 'c');
    await new Promise(setImmediate);
    expect(handedOn).toEqual([]);
    expect(work.size).toBe(3);
    release();
    await work.idle();
    expect(handedOn).toEqual(['a', 'Error: no', 'c']);
    expect(work.size).toBe(0);
  });

  it('has room again as soon as something was handed on', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const work = createOrderedWork<void>({ concurrency: 1, deliver: () => undefined, onError: () => undefined });
    work.add(() => held);
    let room = false;
    const waiting = work.room().then(() => (room = true));
    await Promise.resolve();
    expect(room).toBe(false);
    release();
    await waiting;
    expect(work.size).toBe(0);
  });
});
