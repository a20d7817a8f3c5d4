import type { Logger } from '#platform/logging/logger.ts';
import type { Part } from './part.ts';

/** Ctrl-C goes to the whole process group of a terminal, and npm passes it on once more: one press, two signals. */
const SAME_SIGNAL_MS = 500;

/** `npm start` promises to be down within 10 seconds, whatever hangs. */
const STOP_LIMIT_MS = 9_000;

/**
 * Runs one service as this process: start, wait for SIGTERM or SIGINT, stop, exit. A second signal exits at once, and so does
 * one while the service is starting, when there is nothing to drain yet. Whatever fails, also outside of any promise, is
 * logged and ends the process with code 1 after an orderly stop.
 *
 * @param options.onStartFailure Tells people why it did not start. Default: the log does.
 */
export async function runProcess(
  service: Part,
  options: { readonly logger: Logger; readonly onStartFailure?: (error: unknown) => void },
): Promise<never> {
  const { logger } = options;
  let running = false;
  const ended = new Promise<number>((resolve) => {
    let askedAt: number | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (askedAt !== undefined && Date.now() - askedAt < SAME_SIGNAL_MS) return;
        if (askedAt !== undefined || !running) process.exit(1);
        askedAt = Date.now();
        logger.info({ signal }, 'stopping');
        resolve(0);
      });
    }
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error) => {
        logger.fatal({ err: error }, 'an error that nobody handled: stopping');
        resolve(1);
      });
    }
  });

  let code: number;
  try {
    await service.start();
    running = true;
    code = await ended;
  } catch (error) {
    if (options.onStartFailure) options.onStartFailure(error);
    else logger.fatal({ err: error }, 'the service could not start');
    code = 1;
  }
  setTimeout(() => {
    logger.fatal('stopping took too long: leaving what hangs');
    process.exit(1);
  }, STOP_LIMIT_MS).unref();
  await service.stop();
  process.exit(code);
}
