/** Settles as `work` does, or rejects with `reason` after `ms`. The work itself goes on: pass it a signal if it can stop. */
export async function withTimeout<T>(work: Promise<T>, ms: number, reason: string | Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(typeof reason === 'string' ? new Error(reason) : reason), ms);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
