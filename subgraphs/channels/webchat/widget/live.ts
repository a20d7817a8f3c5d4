import { createClient } from 'graphql-ws';
import { documents, type ChatMessage } from './protocol.ts';

export interface LiveEvents {
  onMessage(message: ChatMessage): void;
  onTyping(typing: { readonly isTyping: boolean; readonly name: string | null }): void;
  /** Told once for each change. */
  onConnected(isConnected: boolean): void;
  /** What came before may have been missed for good: read the history again. */
  onGap(): void;
  /** The server does not take the token any more. */
  onRefused(): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * Stays connected for as long as it is wanted, and goes on behind the last message that it has seen: after a loss, what
 * was missed comes first.
 */
export function createLive(options: {
  readonly url: string;
  readonly token: () => string | undefined;
  readonly events: LiveEvents;
}): { start(): void; stop(): void } {
  const { url, token, events } = options;
  let stopped = true;
  let cursor: string | undefined;
  let failures = 0;
  let isConnected = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dispose: (() => void) | undefined;

  function setConnected(value: boolean): void {
    if (value === isConnected) return;
    isConnected = value;
    events.onConnected(value);
  }

  function connect(): void {
    if (stopped || dispose) return;
    const client = createClient({
      url,
      lazy: false,
      // Trying again is done below: the library would ask for the same place in the stream once more.
      retryAttempts: 0,
      keepAlive: 15_000,
      connectionParams: () => ({ authorization: `Bearer ${token() ?? ''}` }),
      onNonLazyError: () => undefined,
      on: {
        connected() {
          failures = 0;
          setConnected(true);
          if (cursor === undefined) events.onGap();
        },
        closed(event) {
          const { code } = event as CloseEvent;
          end();
          if (code === 4401 || code === 4403) events.onRefused();
          else again();
        },
      },
    });
    const end = (): void => {
      dispose = undefined;
      setConnected(false);
      void client.dispose();
    };
    dispose = end;

    client.subscribe<{ chatUpdates: { cursor: string; message: ChatMessage } }>(
      { query: documents.updates, variables: { after: cursor } },
      {
        next({ data }) {
          if (!data) return;
          ({ cursor } = data.chatUpdates);
          events.onMessage(data.chatUpdates.message);
        },
        error(error) {
          if (!dispose) return;
          const [first] = Array.isArray(error) ? (error as { extensions?: { code?: string; cursor?: string } }[]) : [];
          // Too far behind for the stream's memory: the history has what was missed.
          cursor = first?.extensions?.code === 'CURSOR_EXPIRED' ? undefined : (first?.extensions?.cursor ?? cursor);
          end();
          again();
        },
        complete: () => undefined,
      },
    );
    client.subscribe<{ chatTyping: { isTyping: boolean; name: string | null } }>(
      { query: documents.typing },
      {
        next: ({ data }) => data && events.onTyping(data.chatTyping),
        error: () => undefined,
        complete: () => undefined,
      },
    );
  }

  /** Later each time, and not everybody at once when a server comes back. */
  function again(): void {
    if (stopped) return;
    clearTimeout(timer);
    failures += 1;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10));
    timer = setTimeout(connect, wait * (0.5 + Math.random() / 2));
  }

  /** The browser knows that the network is back before any timer does. */
  function onOnline(): void {
    failures = 0;
    clearTimeout(timer);
    connect();
  }

  function onOffline(): void {
    dispose?.();
    again();
  }

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      addEventListener('online', onOnline);
      addEventListener('offline', onOffline);
      connect();
    },
    stop() {
      stopped = true;
      cursor = undefined;
      clearTimeout(timer);
      removeEventListener('online', onOnline);
      removeEventListener('offline', onOffline);
      dispose?.();
    },
  };
}
