import { createEvent, parseEvent } from '#platform/events/catalogue.ts';
import type { StoredEvent } from '#platform/events/bus.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { nobody, type PlacedRow } from './eventRow.ts';

/** Contacts who were erased: nothing here may lead to them any more. */
export interface Erasure {
  readonly companyId: string;
  readonly contactIds: readonly string[];
  /** What is told when it is done. */
  answer(rows: number): StoredEvent;
}

/**
 * What an event asks to be forgotten here; undefined for every other one. Of an erasure's many parts, the first, which names
 * everybody, and the last, after which nothing more is told of them.
 */
export function erasureIn(text: string): Erasure | undefined {
  const event = parseEvent(catalogue, JSON.parse(text) as unknown);
  if (event?.type !== 'conversation.erased') return undefined;
  const { companyId, data } = event;
  const { jobId, partId, contactIds, identities, last } = data;
  if (jobId === null || (identities.length === 0 && !last)) return undefined;
  return {
    companyId: companyId.toLowerCase(),
    contactIds: contactIds.map((id) => id.toLowerCase()),
    answer: (events) =>
      createEvent(catalogue, companyId, {
        type: 'analytics.erased',
        actor: { kind: 'system' },
        data: { jobId, partId, counts: { events }, last },
      }),
  };
}

/** The rows without what leads to the contacts, for those that are not written yet. */
export function withoutContacts(rows: readonly PlacedRow[], { companyId, contactIds }: Erasure): PlacedRow[] {
  return rows.map(({ sequence, row }) =>
    row.company_id === companyId && contactIds.includes(row.contact_id.toLowerCase())
      ? { sequence, row: { ...row, contact_id: nobody } }
      : { sequence, row },
  );
}
