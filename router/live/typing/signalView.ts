import type { Identity } from '#platform/identity/identity.ts';
import type { TypingSignal } from '#schema/events/signals.ts';
import { OperationError } from '../../operations/errors.ts';
import type { Variables } from '../../operations/variables.ts';

export type Author = TypingSignal['author'];

/** Somebody began to write, or stopped; `current` is who of all goes on. */
export interface TypingChange {
  readonly author: Author;
  readonly isTyping: boolean;
  readonly current: Author | undefined;
}

/** What a subscription field shows of who is writing. */
export interface SignalView {
  wants(signal: TypingSignal): boolean;
  /** Of changes with the same key, only the newest is of interest. */
  keyOf(change: TypingChange): string;
  /** The field's value. */
  toValue(change: TypingChange): object;
}

const typeNames = { AGENT: 'Agent', BOT: 'Bot', CONTACT: 'Contact' } as const;

/** By subscription field (`@signals`). Signals are of the subscriber's company only. */
export const signalViews: ReadonlyMap<string, (identity: Identity, args: Variables) => SignalView> = new Map([
  ['typing', conversationTyping],
  ['chatTyping', chatTyping],
]);

/** @throws OperationError `FORBIDDEN` for everybody but agents. */
function conversationTyping(identity: Identity, args: Variables): SignalView {
  if (identity.kind !== 'agent') throw OperationError.forbidden('Who is writing is shown to agents.');
  const conversationId = String(args['conversationId']).toLowerCase();
  return {
    wants: (signal) => signal.conversationId === conversationId,
    keyOf: ({ author }) => author.id,
    toValue: ({ author, isTyping }) => ({
      conversationId,
      author: { __typename: typeNames[author.kind], id: author.id },
      isTyping,
    }),
  };
}

/** @throws OperationError `FORBIDDEN` for everybody but visitors. */
function chatTyping(identity: Identity): SignalView {
  if (identity.kind !== 'visitor') throw OperationError.forbidden('This is for visitors of a web chat.');
  const { channelId, visitorId } = identity;
  return {
    wants: ({ author, ...place }) =>
      author.kind !== 'CONTACT' && place.channelId === channelId && place.threadExternalId === visitorId,
    keyOf: () => 'anybody',
    toValue: ({ current }) => ({ isTyping: current !== undefined, name: current?.name ?? null }),
  };
}
