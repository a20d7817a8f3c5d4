import type { Writable } from 'node:stream';

/** How a connection keeps up with what is sent on it. */
export interface Outflow {
  /** True while the connection takes what it is sent; else resolves when it does again, or with false when it is gone. */
  readonly ready: () => true | Promise<boolean>;
  /** Nothing more leaves: whoever waits is told so. */
  readonly close: () => void;
}

/** Beyond it a connection counts as slow: its answers wait on our side, where they are bounded, and not in the kernel's care. */
export const HIGH_WATER_BYTES = 256 * 1024;

/**
 * @param options.stream what the connection writes to. It says when all has left that it took too much of.
 * @param options.waiting how many bytes wait.
 * @param options.onRelief called when none waits any more.
 */
export function createOutflow(options: {
  readonly stream: Writable;
  readonly isOpen: () => boolean;
  readonly waiting: () => number;
  readonly onRelief?: () => void;
}): Outflow {
  const { stream, isOpen, waiting, onRelief } = options;
  let waiters: ((open: boolean) => void)[] = [];

  function wake(open: boolean): void {
    const woken = waiters;
    waiters = [];
    for (const resolve of woken) resolve(open);
  }

  stream.on('drain', () => {
    wake(true);
    onRelief?.();
  });

  return {
    ready() {
      if (!isOpen()) return Promise.resolve(false);
      if (waiting() < HIGH_WATER_BYTES) return true;
      return new Promise((resolve) => waiters.push(resolve));
    },
    close: () => wake(false),
  };
}
