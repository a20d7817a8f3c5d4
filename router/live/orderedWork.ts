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
  const queue: (() => void)[] = [];
  const deliveries: Promise<void>[] = [];
  let running = 0;

  async function run(work: () => Promise<T>): Promise<T> {
    if (running >= concurrency) await new Promise<void>((resolve) => queue.push(resolve));
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      queue.shift()?.();
    }
  }

  return {
    get size() {
      return deliveries.length;
    },
    add(work) {
      const delivery = Promise.all([run(work), deliveries.at(-1)])
        .then(([result]) => deliver(result))
        .catch(onError)
        .finally(() => void deliveries.shift());
      deliveries.push(delivery);
    },
    async room() {
      while (deliveries.length >= concurrency) await deliveries[0];
    },
    async idle() {
      await deliveries.at(-1);
    },
  };
}
