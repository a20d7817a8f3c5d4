import { setTimeout } from 'node:timers/promises';

/** Repeats an expectation until it holds; after `limitMs` its last failure is the test's. */
export async function eventually<T>(expectation: () => T | Promise<T>, limitMs = 10_000): Promise<T> {
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
