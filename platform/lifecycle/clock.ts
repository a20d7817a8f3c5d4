import { backoff, pause } from './backoff.ts';
import type { Part } from './part.ts';
import type { Logger } from '#platform/logging/logger.ts';

export interface Clock extends Part {
  /** Look now instead of at the next poll. */
  wake(): void;
}

/**
 * Looks again and again whether there is something to do. As many processes as like may do it side by side, so `work` has to
 * stand that another one does the same.
 *
 * @param options.work One batch; true: there is more, so look again at once. It ends early when the signal aborts.
 */
export function createClock(options: {
  readonly name: string;
  readonly pollMs: number;
  readonly work: (stopping: AbortSignal) => Promise<boolean>;
  readonly logger: Logger;
}): Clock {
  const { name, pollMs, work, logger } = options;
  let stopping = new AbortController();
  let waking = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function workForever(signal: AbortSignal): Promise<void> {
    for (let failed = 0; !signal.aborted;) {
      waking = new AbortController();
      try {
        const hasMore = await work(signal);
        failed = 0;
        if (!hasMore) await pause(pollMs, AbortSignal.any([signal, waking.signal]));
      } catch (error) {
        failed += 1;
        logger.warn({ err: error, failed, clock: name }, 'what was due could not be done, will try again');
        await pause(backoff(failed, { capMs: 5_000 }), signal);
      }
    }
  }

  return {
    name,
    wake: () => waking.abort(),
    async start() {
      stopping = new AbortController();
      loop = workForever(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
