import { setTimeout } from 'node:timers/promises';

/**
 * Repeats an expectation until it holds; after `limitMs` its last failure is the test's. The limit is only there to say what failed,
 * before the test's own time is up: on a machine that has other work as well, anything may take many times longer than alone.
 */
export async function eventually<T>(expectation: () => T | Promise<T>, limitMs = 120_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      return await expectation();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await setTimeout(25);
    }
  }
}
