import { isNativeError } from 'node:util/types';
import type { Check } from '#platform/lifecycle/part.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** A dependency that needs longer to answer a ping is of no use to a request either. */
const CHECK_LIMIT_MS = 1_000;

export interface Readiness {
  readonly status: 'ready' | 'unready';
  /** By dependency: `ok`, or why not. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Whatever answers: nothing new may come. */
export const stoppingReadiness: Readiness = { status: 'unready', checks: { server: 'is about to stop' } };

/**
 * Gives a function that runs all checks side by side, each within a second. Who asks during a run gets its result, so that many
 * probes are no load. Changes are logged, once each.
 */
export function createReadiness(
  checks: () => Readonly<Record<string, Check>>,
  logger: Logger,
): () => Promise<Readiness> {
  let running: Promise<Readiness> | undefined;
  let last: Readiness['status'] = 'ready';

  async function run(): Promise<Readiness> {
    const results = await Promise.all(
      Object.entries(checks()).map(async ([name, check]) => [name, await reasonAgainst(check)] as const),
    );
    const status = results.every(([, result]) => result === 'ok') ? 'ready' : 'unready';
    const readiness: Readiness = { status, checks: Object.fromEntries(results) };
    if (status !== last) {
      logger[status === 'ready' ? 'info' : 'warn'](readiness, status === 'ready' ? 'ready again' : 'not ready');
      last = status;
    }
    return readiness;
  }

  return () => {
    running ??= run().finally(() => (running = undefined));
    return running;
  };
}

async function reasonAgainst(check: Check): Promise<string> {
  try {
    await withTimeout(check(), CHECK_LIMIT_MS, `no answer within ${CHECK_LIMIT_MS} ms`);
    return 'ok';
  } catch (error) {
    return isNativeError(error) && error.message !== '' ? error.message : 'failed without a reason';
  }
}
