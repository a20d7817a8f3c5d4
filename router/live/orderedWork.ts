import { createLane } from '#platform/lifecycle/lane.ts';

export interface OrderedWork<T> {
  /** How much was added and is not yet handed on. */
  readonly size: number;
  add(work: () => Promise<T>): void;
  /** Resolves when there is less than `concurrency` of it. */
  room(): Promise<void>;
  /** Resolves when everything added so far has been handed on. */
  idle(): Promise<void>;
}

/**
 * Runs work side by side and hands the results on in the order in which the work came, one after another.
 *
 * @param options.concurrency how much runs at once; the rest waits for its turn.
 * @param options.onError told of work or a delivery that failed; the results behind it are still handed on.
 */
export function createOrderedWork<T>(options: {
  readonly concurrency: number;
  readonly deliver: (result: T) => void | Promise<void>;
  readonly onError: (error: unknown) => void;
}): OrderedWork<T> {
  const { concurrency, deliver, onError } = options;
  const lane = createLane(concurrency);
  const deliveries: Promise<void>[] = [];

  async function handOn(result: Promise<T>, before: Promise<void> | undefined): Promise<void> {
    // Both have to be over, also when the work fails before its turn.
    const [settled] = await Promise.allSettled([result, before]);
    try {
      if (settled.status === 'rejected') throw settled.reason;
      await deliver(settled.value);
    } catch (error) {
      onError(error);
    } finally {
      void deliveries.shift();
    }
  }

  return {
    get size() {
      return deliveries.length;
    },
    add(work) {
      deliveries.push(handOn(lane.take(work), deliveries.at(-1)));
    },
    async room() {
      while (deliveries.length >= concurrency) await deliveries[0];
    },
    async idle() {
      await deliveries.at(-1);
    },
  };
}
