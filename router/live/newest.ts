import type { Sink } from './subscriber.ts';

/** A way out for states, of which an older one is of no interest once there is a newer one. */
export interface Newest<T> {
  offer(state: T): void;
  close(): void;
}

/**
 * Hands states on in their order; while the connection is busy, only the newest of each key waits for it.
 *
 * @param options.answer what is sent of a state; must not reject.
 * @param options.onSent told of each state that was.
 */
export function createNewest<T>(options: {
  readonly sink: Pick<Sink, 'next' | 'ready'>;
  readonly keyOf: (state: T) => string;
  readonly answer: (state: T) => Promise<Buffer>;
  readonly onSent?: (state: T) => void;
}): Newest<T> {
  const { sink, keyOf, answer, onSent } = options;
  const waiting = new Map<string, T>();
  let pumping = false;
  let closed = false;

  async function pump(): Promise<void> {
    pumping = true;
    for (;;) {
      const ready = sink.ready();
      if (ready !== true && !(await ready)) break;
      const [next] = waiting;
      if (!next || closed) break;
      const [key, state] = next;
      waiting.delete(key);
      const payload = await answer(state);
      if (closed) continue;
      sink.next(payload);
      onSent?.(state);
    }
    pumping = false;
  }

  return {
    offer(state) {
      if (closed) return;
      // The newer one takes its own place in the order.
      waiting.delete(keyOf(state));
      waiting.set(keyOf(state), state);
      if (!pumping) void pump();
    },
    close() {
      closed = true;
      waiting.clear();
    },
  };
}
