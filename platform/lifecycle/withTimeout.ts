/**
 * Settles as `work` does, or rejects with `reason` after `ms`. The work itself goes on: pass it a signal if it can stop. What
 * came in time counts also when this process was too busy to read it.
 */
export async function withTimeout<T>(work: Promise<T>, ms: number, reason: string | Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(typeof reason === 'string' ? new Error(reason) : reason);
    // Timers come before what was received meanwhile, and immediates after it.
    timer = setTimeout(() => setImmediate(giveUp), ms);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
