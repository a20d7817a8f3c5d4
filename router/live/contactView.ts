import type { Identity } from '#platform/identity/identity.ts';
import type { ContactPlace } from '#schema/events/contacts.ts';
import { isVisible, type Limit } from '#schema/visibility.ts';
import type { Variables } from '../operations/variables.ts';
import { viewOf, type EventView } from './eventView.ts';
import { isContactEvent, type ContactEvent } from './liveEvent.ts';

const kinds = {
  DETAILS: 'CHANGED',
  BLOCKED: 'BLOCKED',
  UNBLOCKED: 'UNBLOCKED',
  NOTES: 'NOTES',
  ERASED: 'ERASED',
} as const;

/**
 * What people change in contacts, or in one of them. Of notes only agents are told, and who is limited of nobody whose conversations
 * they may not see.
 */
export function contactView(identity: Identity, args: Variables, limit: Limit | null): EventView {
  const id = typeof args['id'] === 'string' ? args['id'].toLowerCase() : undefined;
  const sees = (places: readonly ContactPlace[]) => limit === null || places.some((place) => isVisible(limit, place));
  /** Of two contacts that are two again, who sees one alone is told of that one. */
  const seen = (event: ContactEvent): readonly string[] => {
    const { data } = event;
    if (sees(data.places)) return idsOf(event);
    return 'fromPlaces' in data && sees(data.fromPlaces) ? idsOf(event).toReversed() : [];
  };
  return viewOf(isContactEvent, {
    wants: (event) =>
      identity.kind !== 'visitor' &&
      event.companyId === identity.companyId &&
      (id === undefined || idsOf(event).includes(id)) &&
      kindOf(event) !== undefined &&
      seen(event).length > 0 &&
      (identity.kind === 'agent' || kindOf(event) !== 'NOTES'),
    toValue: (event, cursor) => ({
      cursor,
      kind: kindOf(event),
      contact: { __typename: 'Contact', id: seen(event)[0] },
      mergedId: seen(event)[1] ?? null,
      occurredAt: event.occurredAt,
    }),
    mostMissed: Infinity,
  });
}

/** First the contact that it is about, then the one that became a part of it. */
function idsOf({ data }: ContactEvent): readonly string[] {
  return 'contactId' in data ? [data.contactId] : [data.intoId, data.fromId];
}

/** Undefined of what another event says with more words. */
function kindOf({ data }: ContactEvent) {
  if ('undone' in data) return data.undone ? 'UNMERGED' : 'MERGED';
  return data.change === 'MERGED' ? undefined : kinds[data.change];
}
