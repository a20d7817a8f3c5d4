import { hoursOf, type Change } from '../figures/changes.ts';
import type { PlacedRow } from './eventRow.ts';

/** Where rollups have to be looked after. */
export interface Touched {
  readonly companies: readonly string[];
  /** As `toYYYYMM` says them, in their order. */
  readonly months: readonly number[];
  /** Agents came or went: nothing else is in `analytics.presence`. */
  readonly hasPresence: boolean;
}

/** What some rows are counted in. */
export interface Counted extends Touched {
  /** Whose figures of which hours become others by them. */
  readonly changes: readonly Change[];
}

/** Everything in one pass, for a batch has many rows, of few companies and hours. */
export function countedIn(rows: readonly PlacedRow[]): Counted {
  // An hour comes again and again: as text it is recognised without reading it.
  const hours = new Map<string, Set<string>>();
  const absences = new Map<string, number[]>();
  for (const { row } of rows) {
    const { company_id: companyId, at } = row;
    let known = hours.get(companyId);
    if (known === undefined) {
      known = new Set();
      hours.set(companyId, known);
    }
    known.add(at.slice(0, 13));
    if (row.type !== 'conversation.agent.presence') continue;
    // It ends what was taken to go on until now.
    const span = { from: instantOf(row.presence_until), to: instantOf(at) };
    absences.set(companyId, [...(absences.get(companyId) ?? []), ...hoursOf(span)]);
  }
  const months = new Set<string>();
  const changes = [...hours].map(([companyId, texts]) => {
    const instants = [...texts].map((hour) => {
      months.add(hour.slice(0, 7));
      return instantOf(`${hour}:00:00.000`);
    });
    return { companyId, hours: new Set([...instants, ...(absences.get(companyId) ?? [])]) };
  });
  return {
    companies: [...hours.keys()],
    months: [...months].toSorted().map((month) => Number(month.replace('-', ''))),
    hasPresence: absences.size > 0,
    changes,
  };
}

/** What two batches are counted in; of a company that both are about it is told twice. */
export function together(one: Counted, other: Counted): Counted {
  return {
    companies: [...new Set([...one.companies, ...other.companies])],
    months: [...new Set([...one.months, ...other.months])].toSorted((a, b) => a - b),
    hasPresence: one.hasPresence || other.hasPresence,
    changes: [...one.changes, ...other.changes],
  };
}

/** @param time As rows have it: `2026-03-01 09:30:00.000`. */
function instantOf(time: string): number {
  return Date.parse(`${time.replace(' ', 'T')}Z`);
}
