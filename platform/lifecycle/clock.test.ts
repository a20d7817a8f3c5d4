import { describe, expect, test } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createClock } from './clock.ts';

describe('a clock', () => {
  test('goes on at once for as long as there is more to do', async () => {
    let left = 5;
    const clock = createClock({ name: 'test', pollMs: 3_600_000, work: async () => --left > 0, logger });
    await clock.start();
    await eventually(() => expect(left).toBe(0));
    await clock.stop();
  });

  test('tries again after a failure', async () => {
    let tries = 0;
    const clock = createClock({
      name: 'test',
      pollMs: 3_600_000,
      async work() {
        tries += 1;
        if (tries < 3) throw new Error('not yet');
        return false;
      },
      logger,
    });
    await clock.start();
    await eventually(() => expect(tries).toBe(3));
    await clock.stop();
  });

  test('looks again when it is woken, and not after it was stopped', async () => {
    let passes = 0;
    const clock = createClock({
      name: 'test',
      pollMs: 3_600_000,
      async work() {
        passes += 1;
        return false;
      },
      logger,
    });
    await clock.start();
    await eventually(() => expect(passes).toBe(1));
    await eventually(() => {
      clock.wake();
      expect(passes).toBeGreaterThan(1);
    });
    await clock.stop();
    const before = passes;
    clock.wake();
    expect(passes).toBe(before);
  });

  test('stops in the middle of its work when that looks at the signal', async () => {
    let passes = 0;
    const clock = createClock({
      name: 'test',
      pollMs: 0,
      async work(signal) {
        passes += 1;
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return true;
      },
      logger,
    });
    await clock.start();
    await eventually(() => expect(passes).toBe(1));
    await clock.stop();
    expect(passes).toBe(1);
  });
});
