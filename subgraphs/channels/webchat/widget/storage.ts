import type { PendingMessage } from './conversation.ts';

/** What this browser remembers of one site's chat. */
export interface Remembered {
  readonly token?: string | undefined;
  /** Written and perhaps not sent: a page that is left in between sends it when it is opened again. */
  readonly pending?: readonly PendingMessage[] | undefined;
  readonly open?: boolean | undefined;
}

export interface Storage {
  read(): Remembered;
  write(change: Remembered): void;
}

/** Browsers may forbid it, and then the visitor is a new one on the next page: no reason not to chat. */
export function createStorage(siteKey: string): Storage {
  const key = `switchboard-chat:${siteKey}`;
  let remembered = load();

  function load(): Remembered {
    try {
      const value: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
      return typeof value === 'object' && value !== null ? value : {};
    } catch {
      return {};
    }
  }

  return {
    read: () => remembered,
    write(change) {
      remembered = { ...remembered, ...change };
      try {
        localStorage.setItem(key, JSON.stringify(remembered));
      } catch {
        // Full, or forbidden: it is remembered until the page is left.
      }
    },
  };
}
