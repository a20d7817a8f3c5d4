import type { ChatMessage, UploadedFile } from './protocol.ts';

/** Written here and not yet seen to have arrived. */
export interface PendingMessage {
  readonly clientId: string;
  readonly text: string | null;
  readonly files: readonly UploadedFile[];
  readonly createdAt: string;
  /** Refused for good; the reason is for the visitor. Null while it is being sent. */
  readonly failure: string | null;
}

export interface ConversationState {
  readonly messages: ReadonlyMap<string, ChatMessage>;
  readonly pending: readonly PendingMessage[];
  /** Messages of the company that came while nobody looked. */
  readonly unread: number;
}

export const emptyConversation: ConversationState = { messages: new Map(), pending: [], unread: 0 };

/** The same message may come by history, by a live update and once more after a reconnection: it is there once. */
export function withMessages(
  state: ConversationState,
  messages: readonly ChatMessage[],
  { countUnread }: { readonly countUnread: boolean },
): ConversationState {
  const known = new Map(state.messages);
  let { unread } = state;
  for (const message of messages) {
    if (countUnread && !known.has(message.id) && message.author.kind !== 'VISITOR') unread += 1;
    known.set(message.id, message);
  }
  const arrived = new Set(messages.map(({ clientId }) => clientId));
  return { messages: known, pending: state.pending.filter(({ clientId }) => !arrived.has(clientId)), unread };
}

export function withPending(state: ConversationState, pending: PendingMessage): ConversationState {
  const others = state.pending.filter(({ clientId }) => clientId !== pending.clientId);
  const arrived = [...state.messages.values()].some(({ clientId }) => clientId === pending.clientId);
  return arrived ? state : { ...state, pending: [...others, pending] };
}

export function withoutPending(state: ConversationState, clientId: string): ConversationState {
  return { ...state, pending: state.pending.filter((pending) => pending.clientId !== clientId) };
}

/** Oldest first; what has not arrived stands at the end, where it was written. */
export function inOrder({ messages }: ConversationState): ChatMessage[] {
  return [...messages.values()].sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
}

/** The newest message that the company wrote: what the visitor has read up to. */
export function newestOfCompany(state: ConversationState): ChatMessage | undefined {
  return inOrder(state).findLast(({ author }) => author.kind !== 'VISITOR');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
