/**
 * How long to wait before the given attempt (1 = the first retry), in milliseconds: exponential with full jitter, so that
 * many who failed together do not come back together.
 */
export function backoff(attempt: number, { baseMs = 100, capMs = 10_000 } = {}): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
}

/** Waits, or returns early when the signal aborts; it never rejects, so loops check their signal afterwards. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
