import type { Logger } from '#platform/logging/logger.ts';
import type { Check, Part, Service } from './part.ts';
import { withTimeout } from './withTimeout.ts';

/** `npm start` promises to be down within 10 seconds; one part that hangs may take half of it. */
const STOP_LIMIT_MS = 5_000;

/**
 * Composes parts into a service: started in the given order, stopped in reverse. When one fails to start, those before it
 * are stopped again and the failure is thrown. A part that fails or hangs on stopping is logged and does not keep the
 * others from stopping.
 */
export function createService(
  name: string,
  parts: readonly Part[],
  options: { readonly logger: Logger; readonly checks?: Readonly<Record<string, Check>> },
): Service {
  const { logger, checks = {} } = options;
  let started: Part[] = [];

  async function stop(): Promise<void> {
    const toStop = started.toReversed();
    started = [];
    for (const part of toStop) {
      try {
        await withTimeout(part.stop(), STOP_LIMIT_MS, `${part.name} did not stop within ${STOP_LIMIT_MS} ms`);
      } catch (error) {
        logger.error({ err: error, service: name, part: part.name }, 'a part failed to stop');
      }
    }
  }

  return {
    name,
    checks,
    async start() {
      for (const part of parts) {
        // Counted as started before it is: a part that fails half-way still has something to clean up.
        started.push(part);
        try {
          await part.start();
        } catch (error) {
          await stop();
          throw error;
        }
      }
      logger.info({ service: name }, 'service started');
    },
    stop,
  };
}
