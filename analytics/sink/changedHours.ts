import { hoursOf, type Change } from '../figures/changes.ts';
import type { EventRow } from './eventRow.ts';

/** Whose figures of which hours some rows are counted in. */
export function changedHours(rows: readonly EventRow[]): Change[] {
  // An hour comes again and again: as text it is recognised without reading it.
  const hours = new Map<string, Set<string>>();
  const times = new Map<string, Set<number>>();
  for (const { company_id: companyId, at, type, presence_until: until } of rows) {
    const known = hours.get(companyId) ?? new Set();
    hours.set(companyId, known.add(at.slice(0, 13)));
    if (type !== 'conversation.agent.presence') continue;
    // It ends what was taken to go on until now.
    const since = times.get(companyId) ?? new Set();
    times.set(companyId, new Set([...since, ...hoursOf({ from: instantOf(until), to: instantOf(at) })]));
  }
  return [...hours].map(([companyId, texts]) => ({
    companyId,
    hours: new Set([...[...texts].map((hour) => instantOf(`${hour}:00:00.000`)), ...(times.get(companyId) ?? [])]),
  }));
}

/** @param time As rows have it: `2026-03-01 09:30:00.000`. */
function instantOf(time: string): number {
  return Date.parse(`${time.replace(' ', 'T')}Z`);
}
