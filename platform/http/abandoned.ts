import type { ServerResponse } from 'node:http';

/** A signal that aborts when the connection closes before the answer is written. */
export function abandoned(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const look = (): void => {
    if (!response.writableFinished) controller.abort();
  };
  if (response.destroyed) look();
  else response.once('close', look);
  return controller.signal;
}
