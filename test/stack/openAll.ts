interface Opened {
  close(): Promise<void>;
}

/**
 * Waits for what opens side by side, and leaves it to `opened` to close it. All end before a failure is passed on: what opened
 * later than something else failed would stay, and ClickHouse's engine keeps the worker's next suites from another directory.
 */
export async function openAll<T extends readonly [Promise<Opened>, ...Promise<Opened>[]]>(
  opened: AsyncDisposableStack,
  opening: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(opening);
  opened.defer(async () => {
    await Promise.all(results.map(async (result) => result.status === 'fulfilled' && result.value.close()));
  });
  return Promise.all(opening);
}
