import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { decodePosition } from '#router/live/cursor.ts';
import type { Colleague } from './company.ts';

/** One update, as it came. */
export interface Seen {
  readonly sequence: number;
  readonly kind: string;
  readonly conversationId: string;
  readonly messageId: string | null;
}

/** What of the inbox somebody wants to be told. */
export interface LiveFilter {
  readonly status?: readonly string[];
  readonly assigneeId?: string;
  readonly teamId?: string;
}

/** A subscription to updates, over all the connections that it was held. */
export interface Watch {
  readonly of: Colleague;
  readonly filter: LiveFilter;
  /** Of one conversation; undefined: of the inbox. */
  readonly conversationId: string | undefined;
  /** The sequence of the event behind which it begins. */
  readonly after: number;
  readonly seen: Seen[];
  /** Whether it goes on to the end. */
  isOpen: boolean;
}

export interface InboxCounts {
  readonly open: number;
  readonly pending: number;
  readonly snoozed: number;
  readonly unassigned: number;
  readonly mine: number;
  readonly unread: number;
}

/** The live side of somebody's inbox. */
export interface Screen {
  readonly watches: readonly Watch[];
  /** As they came last. */
  readonly counts: InboxCounts | undefined;
  /** How often a subscription went on behind its cursor. */
  readonly resumed: number;
  /** What ended a subscription, or came instead of an update. */
  readonly problems: readonly string[];
  /** Has another conversation before it, instead of the one that it had. */
  show(conversationId: string): void;
  /** The connection is gone, as when a laptop sleeps; another one takes its place. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

interface Update {
  readonly cursor: string;
  readonly kind: string;
  readonly conversationId: string;
  readonly message: { readonly id: string } | null;
}

const brief = 'cursor kind conversationId message { id }';
/** As much as a list shows: it is asked of a subgraph for each event. */
const full = `${brief} conversation { status unreadCount assignee { id } lastMessage { text } }`;
const counts = 'subscription { inboxCountsUpdates { open pending snoozed unassigned mine unread } }';

const queriesFor = (shown: string) => ({
  inbox: `subscription ($filter: ConversationFilter, $after: String) {
    update: inboxUpdates(filter: $filter, after: $after) { ${shown} } }`,
  conversation: `subscription ($id: ID!, $after: String) {
    update: conversationUpdates(id: $id, after: $after) { ${shown} } }`,
});

/**
 * Opens somebody's inbox behind a cursor: from there on, what they are told has to be what happened.
 *
 * @param options.isFull Whether it asks for what a list shows, or for ids alone.
 */
export async function openScreen(options: {
  readonly url: string;
  readonly of: Colleague;
  readonly cursor: string;
  readonly filter: LiveFilter;
  readonly isFull: boolean;
}): Promise<Screen> {
  const { url, of, filter } = options;
  const queries = queriesFor(options.isFull ? full : brief);
  const watches: Watch[] = [];
  const cursors = new Map<Watch, string>();
  const ends = new Map<Watch, () => void>();
  const problems: string[] = [];
  let client: Client | undefined;
  let last: InboxCounts | undefined;
  let resumed = 0;

  async function connect(): Promise<void> {
    const opened = createClient({
      url,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${of.token}` },
      retryAttempts: 0,
      lazy: false,
      onNonLazyError: (error) => client === opened && problems.push(`the connection: ${said(error)}`),
    });
    client = opened;
    await new Promise<void>((resolve, reject) => {
      opened.on('connected', () => resolve());
      opened.on('closed', () => reject(new Error('the connection was closed before it was open')));
    });
    for (const watch of watches) if (watch.isOpen) follow(watch);
    opened.subscribe<{ inboxCountsUpdates: InboxCounts }>(
      { query: counts },
      {
        next: ({ data }) => client === opened && data && (last = data.inboxCountsUpdates),
        error: (error) => client === opened && problems.push(`counts: ${said(error)}`),
        complete: () => undefined,
      },
    );
  }

  function follow(watch: Watch): void {
    const held = client;
    const isCurrent = (): boolean => client === held && watch.isOpen;
    const { conversationId: id } = watch;
    const after = cursors.get(watch);
    const asked =
      id === undefined
        ? { query: queries.inbox, variables: { filter: watch.filter, after } }
        : { query: queries.conversation, variables: { id, after } };
    const end = held?.subscribe<{ update: Update }>(asked, {
      next({ data, errors }) {
        if (!isCurrent()) return;
        if (errors) problems.push(`an update: ${JSON.stringify(errors)}`);
        if (data) take(watch, data.update);
      },
      error(error) {
        if (!isCurrent()) return;
        if (!isSlow(error)) return void problems.push(`updates: ${said(error)}`);
        resumed += 1;
        follow(watch);
      },
      complete: () => isCurrent() && problems.push('updates were completed by the server'),
    });
    if (end) ends.set(watch, end);
  }

  function take(watch: Watch, { cursor, kind, conversationId, message }: Update): void {
    const { sequence } = decodePosition(cursor);
    watch.seen.push({ sequence, kind, conversationId, messageId: message?.id ?? null });
    cursors.set(watch, cursor);
  }

  function begin(conversationId: string | undefined, cursor: string): Watch {
    const after = decodePosition(cursor).sequence;
    const watch: Watch = { of, filter, conversationId, after, seen: [], isOpen: true };
    watches.push(watch);
    cursors.set(watch, cursor);
    return watch;
  }

  const inbox = begin(undefined, options.cursor);
  await connect();

  return {
    watches,
    problems,
    get counts() {
      return last;
    },
    get resumed() {
      return resumed;
    },
    show(conversationId) {
      for (const watch of watches) {
        if (watch === inbox || !watch.isOpen) continue;
        watch.isOpen = false;
        ends.get(watch)?.();
      }
      follow(begin(conversationId, cursors.get(inbox) ?? options.cursor));
    },
    async reconnect() {
      const left = client;
      client = undefined;
      left?.terminate();
      void left?.dispose();
      resumed += watches.filter(({ isOpen }) => isOpen).length;
      await connect();
    },
    async close() {
      const left = client;
      client = undefined;
      await left?.dispose();
    },
  };
}

function isSlow(error: unknown): boolean {
  const [first] = Array.isArray(error) ? (error as { extensions?: { code?: string } }[]) : [];
  return first?.extensions?.code === 'SLOW_CONSUMER';
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}
