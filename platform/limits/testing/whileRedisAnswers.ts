/**
 * What `work` gives when Redis has answered all of it in time. On a busy machine it may not, and nothing is promised then: the
 * work is done once more, with other keys.
 *
 * @param fallbacks How often processes have gone without Redis.
 */
export async function whileRedisAnswers<T>(
  fallbacks: readonly (() => Promise<number>)[],
  work: () => Promise<T>,
): Promise<T> {
  const counted = async (): Promise<string> => JSON.stringify(await Promise.all(fallbacks.map((count) => count())));
  for (;;) {
    const before = await counted();
    const result = await work();
    if ((await counted()) === before) return result;
  }
}
