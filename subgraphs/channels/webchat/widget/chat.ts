import { ChatError, createApi } from './api.ts';
import {
  emptyConversation,
  newestOfCompany,
  withMessages,
  withPending,
  withoutPending,
  type ConversationState,
} from './conversation.ts';
import { createLive } from './live.ts';
import { createOutbox } from './outbox.ts';
import type { ChatMessage, ChatSettings, SignedIdentity, UploadedFile } from './protocol.ts';
import type { Storage } from './storage.ts';

/** Everything that the view shows. */
export interface ChatState {
  readonly settings: ChatSettings | undefined;
  readonly conversation: ConversationState;
  /** Where the page before the oldest message ends; null when all is there. */
  readonly historyBefore: string | null;
  readonly isOpen: boolean;
  readonly isConnected: boolean;
  readonly typing: { readonly name: string | null } | undefined;
  /** Why there is no chat on this page, for the visitor. */
  readonly problem: string | undefined;
}

export interface Chat {
  /** As it is now: nothing is told before the first change. */
  readonly state: ChatState;
  open(): void;
  close(): void;
  send(text: string, files: readonly UploadedFile[]): void;
  /** Sends what was refused once more, or forgets it. */
  retry(clientId: string): void;
  discard(clientId: string): void;
  upload(file: File): Promise<UploadedFile>;
  typed(): void;
  loadEarlier(): Promise<void>;
  identify(identity: SignedIdentity | undefined): void;
}

const PAGE = 30;
/** How long the server may take to begin a subscription: it does not say when it has. */
const SUBSCRIBED_AFTER_MS = 2_000;
const TYPING_EVERY_MS = 3_000;
const AGAIN_AFTER_MS = 5_000;

/** One visitor's chat on one page: what is shown is told to `onChange`, whole, after each change. */
export function createChat(options: {
  readonly baseUrl: string;
  readonly siteKey: string;
  readonly storage: Storage;
  readonly onChange: (state: ChatState) => void;
}): Chat {
  const { baseUrl, siteKey, storage, onChange } = options;
  let identity: SignedIdentity | undefined;
  let state: ChatState = {
    settings: undefined,
    conversation: { ...emptyConversation, pending: storage.read().pending ?? [] },
    historyBefore: null,
    isOpen: storage.read().open ?? false,
    isConnected: false,
    typing: undefined,
    problem: undefined,
  };
  let beginning: Promise<void> | undefined;
  let typedAt = 0;
  let readUpTo: string | undefined;

  const token = (): string | undefined => storage.read().token;
  const api = createApi({ baseUrl, siteKey, token, identity: () => identity });

  function set(change: Partial<ChatState>): void {
    state = { ...state, ...change };
    if (change.conversation) storage.write({ pending: change.conversation.pending });
    onChange(state);
    markRead();
  }

  function isSeen(): boolean {
    return state.isOpen && document.visibilityState === 'visible';
  }

  function take(messages: readonly ChatMessage[], countUnread: boolean): void {
    const conversation = withMessages(state.conversation, messages, { countUnread: countUnread && !isSeen() });
    const isAnswer = messages.some(({ author }) => author.kind !== 'VISITOR');
    set({ conversation, ...(countUnread && isAnswer && { typing: undefined }) });
  }

  const outbox = createOutbox({
    api,
    pending: () => state.conversation.pending,
    onAccepted: () => undefined,
    onRefused: (message, failure) => set({ conversation: withPending(state.conversation, { ...message, failure }) }),
  });

  const live = createLive({
    url: `${baseUrl.replace(/^http/, 'ws')}/graphql`,
    token,
    events: {
      onMessage: (message) => take([message], true),
      onTyping: ({ isTyping, name }) => set({ typing: isTyping ? { name } : undefined }),
      onConnected(isConnected) {
        set({ isConnected, ...(!isConnected && { typing: undefined }) });
        if (isConnected) outbox.flush();
      },
      onGap() {
        void loadNewest();
        setTimeout(() => void loadNewest(), SUBSCRIBED_AFTER_MS);
      },
      onRefused() {
        // The token has run out: the next one is of the same visitor.
        live.stop();
        beginning = undefined;
        setTimeout(() => void begin(), AGAIN_AFTER_MS);
      },
    },
  });

  async function loadNewest(): Promise<void> {
    try {
      const isFirst = state.conversation.messages.size === 0;
      const { messages, before } = await api.history(null, PAGE);
      if (isFirst) set({ historyBefore: before });
      take(messages, !isFirst);
    } catch {
      // The connection is gone again: its return asks once more.
    }
  }

  function begin(): Promise<void> {
    beginning ??= beginOnce().catch((error: unknown) => {
      beginning = undefined;
      if (error instanceof ChatError && error.isFinal) return set({ problem: error.message });
      setTimeout(() => void begin(), AGAIN_AFTER_MS);
    });
    return beginning;
  }

  async function beginOnce(): Promise<void> {
    const session = await api.begin();
    storage.write({ token: session.token });
    set({ settings: session.settings, problem: undefined });
    live.start();
    outbox.flush();
  }

  function markRead(): void {
    const newest = newestOfCompany(state.conversation);
    if (!isSeen() || !newest || newest.id === readUpTo) return;
    readUpTo = newest.id;
    if (state.conversation.unread > 0) set({ conversation: { ...state.conversation, unread: 0 } });
    api.markRead(newest.id).catch(() => (readUpTo = undefined));
  }

  document.addEventListener('visibilitychange', markRead);
  // Who was here before sees on the button that somebody answered; whoever never wrote is not even known.
  if (state.isOpen || token() !== undefined) void begin();

  return {
    get state() {
      return state;
    },
    open() {
      storage.write({ open: true });
      set({ isOpen: true });
      void begin();
    },
    close() {
      storage.write({ open: false });
      set({ isOpen: false });
    },
    send(text, files) {
      const createdAt = new Date().toISOString();
      const pending = { clientId: crypto.randomUUID(), text: text || null, files, createdAt, failure: null };
      typedAt = 0;
      set({ conversation: withPending(state.conversation, pending) });
      void begin().then(() => outbox.flush());
    },
    retry(clientId) {
      const message = state.conversation.pending.find((pending) => pending.clientId === clientId);
      if (message) set({ conversation: withPending(state.conversation, { ...message, failure: null }) });
      outbox.flush();
    },
    discard: (clientId) => set({ conversation: withoutPending(state.conversation, clientId) }),
    async upload(file) {
      await begin();
      return api.upload(file);
    },
    typed() {
      if (!state.isConnected || Date.now() - typedAt < TYPING_EVERY_MS) return;
      typedAt = Date.now();
      api.setTyping(true).catch(() => undefined);
    },
    async loadEarlier() {
      if (state.historyBefore === null) return;
      const { messages, before } = await api.history(state.historyBefore, PAGE);
      take(messages, false);
      set({ historyBefore: before });
    },
    identify(next) {
      identity = next;
      live.stop();
      // Signed out: what this browser showed of that person is gone from it.
      if (!next) storage.write({ token: undefined, pending: [] });
      readUpTo = undefined;
      beginning = undefined;
      set({ conversation: emptyConversation, historyBefore: null, typing: undefined });
      if (state.isOpen || next) void begin();
    },
  };
}
