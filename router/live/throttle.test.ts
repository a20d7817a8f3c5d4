import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createThrottle, type Throttle } from './throttle.ts';

describe('a throttle', () => {
  let done: number[];
  let throttle: Throttle;
  let finish: (() => void)[];

  beforeEach(() => {
    jest.useFakeTimers();
    done = [];
    finish = [];
    throttle = createThrottle(1_000, () => {
      done.push(performance.now());
      return new Promise((resolve) => finish.push(resolve));
    });
  });
  afterEach(() => {
    throttle.stop();
    jest.useRealTimers();
  });

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const finished = () => {
    for (const one of finish.splice(0)) one();
    return pass(0);
  };

  it('does the first at once, and what is asked within the period together at its end', async () => {
    throttle.ask();
    await pass(0);
    await finished();
    for (let n = 0; n < 10; n++) {
      throttle.ask();
      await pass(50);
    }
    expect(done).toHaveLength(1);
    await pass(500);
    expect(done).toHaveLength(2);
    expect(Number(done[1]) - Number(done[0])).toBeGreaterThanOrEqual(1_000);
  });

  it('does what was asked while it worked, after that', async () => {
    throttle.ask();
    await pass(0);
    throttle.ask();
    await pass(5_000);
    expect(done).toHaveLength(1);
    await finished();
    expect(done).toHaveLength(2);
  });

  it('does nothing that nobody asked for, and nothing once it is stopped', async () => {
    throttle.ask();
    await pass(0);
    await finished();
    await pass(10_000);
    expect(done).toHaveLength(1);
    throttle.ask();
    throttle.stop();
    throttle.ask();
    await pass(10_000);
    expect(done).toHaveLength(1);
  });
});
