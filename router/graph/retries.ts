import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import { SubgraphError } from './errors.ts';

/** Twice more: a restart behind a proxy is over by then, and whatever lasts longer is the circuit breaker's. */
const MAX_RETRIES = 2;
/** Short beside an agent's patience, long beside the time in which a proxy takes another server. */
const PAUSES = { baseMs: 50, capMs: 500 };

/** The connection could not be had or was gone: somebody else may answer, or the same in a moment. */
const passingCodes: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
/** What a proxy says that finds nobody behind it, and a server that stops. */
const passingStatuses: ReadonlySet<unknown> = new Set([502, 503, 504]);

/**
 * Attempts what only reads until it succeeds, fails for a reason that stays, has failed three times, or the time is up.
 *
 * @param attempt is told how much of the time is left.
 * @param options.limitMs for all attempts together.
 */
export async function withRetries<T>(
  attempt: (leftMs: number) => Promise<T>,
  { limitMs, onRetry }: { readonly limitMs: number; readonly onRetry: () => void },
): Promise<T> {
  const end = performance.now() + limitMs;
  let leftMs = limitMs;
  for (let retries = 0; ;) {
    try {
      return await attempt(leftMs);
    } catch (error) {
      if (retries === MAX_RETRIES || !mayPass(error)) throw error;
      retries += 1;
      const waitMs = backoff(retries, PAUSES);
      leftMs = end - performance.now() - waitMs;
      if (leftMs <= 0) throw error;
      await pause(waitMs);
      onRetry();
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof SubgraphError) return passingStatuses.has(error.status);
  return error instanceof Error && 'code' in error && passingCodes.has(error.code);
}
