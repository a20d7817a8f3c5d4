/** Runs work with bounded concurrency; work of one key runs one after another, in the order in which it was added. */
export interface KeyedQueue {
  /** Resolves when there is room for more, which holds a producer back. `work` must not reject. */
  add(key: string, work: () => Promise<void>): Promise<void>;
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>;
}

/** @param options.concurrency How many run at once; as many again may wait for their key. */
export function createKeyedQueue({ concurrency }: { readonly concurrency: number }): KeyedQueue {
  const tails = new Map<string, Promise<void>>();
  const freed: (() => void)[] = [];
  const limit = concurrency * 2;
  let held = 0;
  let running = 0;
  const slots: (() => void)[] = [];

  async function withSlot(work: () => Promise<void>): Promise<void> {
    if (running >= concurrency) await new Promise<void>((resolve) => slots.push(resolve));
    else running += 1;
    try {
      await work();
    } finally {
      // A slot is handed on, not given back and taken again: nobody can slip in between.
      const next = slots.shift();
      if (next) next();
      else running -= 1;
    }
  }

  return {
    async add(key, work) {
      held += 1;
      const run = (tails.get(key) ?? Promise.resolve()).then(() => withSlot(work));
      const tail = run.finally(() => {
        if (tails.get(key) === tail) tails.delete(key);
        held -= 1;
        freed.shift()?.();
      });
      tails.set(key, tail);
      if (held >= limit) await new Promise<void>((resolve) => freed.push(resolve));
    },
    async idle() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
}
