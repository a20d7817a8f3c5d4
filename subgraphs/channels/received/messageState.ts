import type { Data, InboundFact } from '../platforms/inbound.ts';

type Edited = Data<'channel.message.edited'>;
type Removed = Data<'channel.message.removed'>;
type Reacted = Data<'channel.message.reacted'>;

/** What was said about one message of a platform so far. */
export interface MessageState {
  /** Whether the message itself has come and was told. */
  readonly told: boolean;
  /** Of the last edit; 0 without one. */
  readonly revision: number;
  /** The last edit, while the message has not come. */
  readonly edit: Edited | null;
  readonly removal: Removed | null;
  /** By person, the last one, no reaction any more included: an older one may still come. */
  readonly reactions: Readonly<Record<string, Reacted>>;
  /** Of a further picture of an album, a further part of what the company sent: the id under which the whole was told. */
  readonly partOf: string | null;
}

export const unknownMessage: MessageState = {
  told: false,
  revision: 0,
  edit: null,
  removal: null,
  reactions: {},
  partOf: null,
};

/** What a fact changes, and what of it is to be told now. */
export interface Step {
  readonly state: MessageState;
  readonly told: readonly (
    | { readonly type: 'channel.message.edited'; readonly data: Edited }
    | { readonly type: 'channel.message.removed'; readonly data: Removed }
    | { readonly type: 'channel.message.reacted'; readonly data: Reacted }
  )[];
}

/** Of one message: more people than react to what a company writes in a group. */
const MAX_REACTIONS = 200;

/** The message has come: after it is told, so is what came before it. */
export function arrive(state: MessageState): Step {
  const held: Step['told'] = [
    ...(state.edit ? [{ type: 'channel.message.edited' as const, data: state.edit }] : []),
    ...Object.values(state.reactions)
      .filter(({ emoji }) => emoji !== null)
      .map((data) => ({ type: 'channel.message.reacted' as const, data })),
  ];
  // Nobody needs to see how a message that is gone looked in the end.
  const told = state.removal ? [{ type: 'channel.message.removed' as const, data: state.removal }] : held;
  return { state: { ...state, told: true, edit: null }, told: told.map((event) => inAlbum(state, event)) };
}

/**
 * An edit, a removal or a reaction, in whatever order they come and however often: the highest revision, the removal and
 * each person's latest reaction remain. Until the message has come nothing is told.
 */
export function change(
  state: MessageState,
  fact: Extract<InboundFact, { kind: 'edit' | 'removal' | 'reaction' }>,
): Step {
  const unchanged: Step = { state, told: [] };
  if (state.removal) return unchanged;
  switch (fact.kind) {
    case 'edit': {
      if (fact.revision <= state.revision) return unchanged;
      const edit = state.told ? null : fact.data;
      return step({ ...state, revision: fact.revision, edit }, { type: 'channel.message.edited', data: fact.data });
    }
    case 'removal':
      return step({ ...state, removal: fact.data }, { type: 'channel.message.removed', data: fact.data });
    case 'reaction': {
      const { byExternalId, emoji, reactedAt } = fact.data;
      const last = state.reactions[byExternalId];
      // Within one moment a reaction wins over taking one back: changing it is both.
      if (last && (last.reactedAt > reactedAt || (last.reactedAt === reactedAt && emoji === null))) return unchanged;
      if (!last && Object.keys(state.reactions).length >= MAX_REACTIONS) return unchanged;
      const reactions = { ...state.reactions, [byExternalId]: fact.data };
      const next = { ...state, reactions };
      if (last?.emoji === emoji) return { state: next, told: [] };
      return step(next, { type: 'channel.message.reacted', data: fact.data });
    }
  }
}

function step(state: MessageState, event: Step['told'][number]): Step {
  return { state, told: state.told ? [inAlbum(state, event)] : [] };
}

/** Others know an album, and what the company sent in parts, as one message. */
function inAlbum({ partOf }: MessageState, event: Step['told'][number]): Step['told'][number] {
  if (partOf === null) return event;
  return { ...event, data: { ...event.data, externalMessageId: partOf } } as Step['told'][number];
}
