/** Lets so much be done at once; the rest waits for its turn, in the order in which it came. */
export interface Lane {
  take<T>(work: () => Promise<T>): Promise<T>;
}

export function createLane(width: number): Lane {
  const waiting: (() => void)[] = [];
  let taken = 0;

  return {
    async take(work) {
      if (taken < width) taken += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        // Who waits takes the place over: freed first, it could be taken twice.
        const next = waiting.shift();
        if (next) next();
        else taken -= 1;
      }
    },
  };
}
