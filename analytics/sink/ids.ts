interface Id {
  readonly company_id: string;
  readonly event_id: string;
}

/** Where events stand, by their ids: two companies may have chosen the same. */
export interface Ids {
  positionOf(id: Id): bigint | undefined;
  add(id: Id, position: bigint): void;
}

/** Company by company: one text of both ids would have to be made for each event, only to find it. */
export function createIds(known: readonly (Id & { readonly position: bigint })[]): Ids {
  const companies = new Map<string, Map<string, bigint>>();
  const ids: Ids = {
    positionOf: ({ company_id: company, event_id: event }) => companies.get(company)?.get(event),
    add({ company_id: company, event_id: event }, position) {
      let events = companies.get(company);
      if (events === undefined) {
        events = new Map();
        companies.set(company, events);
      }
      events.set(event, position);
    },
  };
  for (const id of known) ids.add(id, id.position);
  return ids;
}
