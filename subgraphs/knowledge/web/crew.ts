import { createClock, type Clock } from '#platform/lifecycle/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** How long it takes at most until somebody looks who was not woken: what another process has left, or what is due by now. */
const POLL_MS = 1_000;

/**
 * Works on one thing after another, several side by side. As many processes as like may do it: what is claimed is theirs for a time.
 * What fails is left to be claimed again.
 *
 * @param options.claim What to do next, given what is under way; undefined: nothing.
 */
export function createCrew<Task>(options: {
  readonly name: string;
  readonly atOnce: number;
  readonly claim: (underWay: readonly Task[]) => Promise<Task | undefined>;
  readonly work: (task: Task, stopping: AbortSignal) => Promise<void>;
  readonly logger: Logger;
}): Clock {
  const { name, atOnce, claim, work, logger } = options;
  const underWay = new Map<Task, Promise<void>>();

  async function run(task: Task, stopping: AbortSignal): Promise<void> {
    try {
      await work(task, stopping);
    } catch (error) {
      logger.warn({ err: error, crew: name }, 'what was begun could not be done, and will be begun again');
    } finally {
      underWay.delete(task);
      clock.wake();
    }
  }

  const clock = createClock({
    name,
    pollMs: POLL_MS,
    logger,
    async work(stopping) {
      if (underWay.size === atOnce) return false;
      const task = await claim([...underWay.keys()]);
      if (task === undefined) return false;
      underWay.set(task, run(task, stopping));
      return true;
    },
  });

  return {
    ...clock,
    async stop() {
      await clock.stop();
      await Promise.all(underWay.values());
    },
  };
}
