import type { Logger } from '#platform/logging/logger.ts';
import type { Part } from './part.ts';

/**
 * Runs one service as this process: start, wait for SIGTERM or SIGINT, stop, exit. A second signal exits at once. Whatever
 * fails, also outside of any promise, is logged and ends the process with code 1 after an orderly stop.
 */
export async function runProcess(service: Part, { logger }: { readonly logger: Logger }): Promise<never> {
  const ended = new Promise<number>((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
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
    code = await ended;
  } catch (error) {
    logger.fatal({ err: error }, 'the service could not start');
    code = 1;
  }
  await service.stop();
  process.exit(code);
}
