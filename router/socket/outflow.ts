/** How a connection keeps up with what is sent on it. */
export interface Outflow {
  /** True while the connection takes what it is sent; else resolves when it does again, or with false when it is gone. */
  readonly ready: () => true | Promise<boolean>;
  /** To be called when something that was sent has left, or cannot. */
  readonly onFlushed: (error?: Error | null) => void;
  /** Nothing more leaves: whoever waits is told so. */
  readonly close: () => void;
}

/** Beyond it a connection counts as slow: its answers wait on our side, where they are bounded, and not in the kernel's care. */
export const HIGH_WATER_BYTES = 256 * 1024;

/**
 * @param options.waiting how many bytes wait on the connection.
 * @param options.onRelief called when they have become few again.
 */
export function createOutflow(options: {
  readonly isOpen: () => boolean;
  readonly waiting: () => number;
  readonly onRelief?: () => void;
}): Outflow {
  const { isOpen, waiting, onRelief } = options;
  let waiters: ((open: boolean) => void)[] = [];

  function wake(open: boolean): void {
    const woken = waiters;
    waiters = [];
    for (const resolve of woken) resolve(open);
  }

  return {
    ready() {
      if (!isOpen()) return Promise.resolve(false);
      if (waiting() < HIGH_WATER_BYTES) return true;
      return new Promise((resolve) => waiters.push(resolve));
    },
    onFlushed(error) {
      if (error) return wake(false);
      if (waiting() >= HIGH_WATER_BYTES / 2) return;
      wake(true);
      onRelief?.();
    },
    close: () => wake(false),
  };
}
