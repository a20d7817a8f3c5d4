import { freePort } from '#infra/embedded/ports.ts';
import { HttpServerError } from '#platform/http/errors.ts';

/** That somebody takes every one of them is no chance any more. */
const ATTEMPTS = 3;

/** Starts something on a port that is chosen for it, and on another one when somebody took that before it listened there. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === ATTEMPTS || !isPortTaken(error)) throw error;
    }
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof HttpServerError && error.code === 'PORT_TAKEN';
}
