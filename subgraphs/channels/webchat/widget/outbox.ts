import { ChatError, type ChatApi } from './api.ts';
import type { PendingMessage } from './conversation.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export interface Outbox {
  /** Sends what waits, in its order; may be called at any time. */
  flush(): void;
}

/**
 * Brings messages to the server one after another, each as often as it takes: the server writes a client id once. What it
 * refuses for good is marked and does not hold up the others.
 */
export function createOutbox(options: {
  readonly api: Pick<ChatApi, 'send'>;
  /** What is not known to have arrived, oldest first. */
  readonly pending: () => readonly PendingMessage[];
  readonly onAccepted: (message: PendingMessage) => void;
  readonly onRefused: (message: PendingMessage, reason: string) => void;
}): Outbox {
  const { api } = options;
  const accepted = new Set<string>();
  let sending = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function sendAll(): Promise<void> {
    for (;;) {
      const next = options.pending().find(({ clientId, failure }) => failure === null && !accepted.has(clientId));
      if (!next) return;
      const { clientId, text, files } = next;
      try {
        await api.send({ clientId, text, fileIds: files.map(({ id }) => id) });
        accepted.add(clientId);
        failures = 0;
        options.onAccepted(next);
      } catch (error) {
        if (!(error instanceof ChatError && error.isFinal)) throw error;
        options.onRefused(next, error.message);
      }
    }
  }

  function flush(): void {
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    sendAll()
      .catch(() => {
        failures += 1;
        timer = setTimeout(flush, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10)));
      })
      .finally(() => (sending = false));
  }

  return { flush };
}
