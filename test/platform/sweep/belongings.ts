import { areaOf, type Area } from './areas.ts';
import { idsOf, type Named } from './asking.ts';
import type { Call } from './operations.ts';
import { kindOf, type StoredRow } from './store.ts';

/** What a company has, by which it is recognised in answers. */
export interface Belongings {
  readonly companyId: string;
  /** Ids, by the kind of thing, as the graph calls it. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
  /**
   * One of them, another for each attempt.
   *
   * @throws when there is none of that kind.
   */
  idOf(named: Pick<Named, 'kind' | 'ordinal'>, attempt?: number): string;
  /** How often a call has to be made until it has named each of what it can name. */
  attemptsOf(call: Call): number;
  /** Ids, and words that stand nowhere else, by the part of the company that they are of. */
  readonly secrets: ReadonlyMap<Area, ReadonlySet<string>>;
  readonly areaOfKind: ReadonlyMap<string, Area>;
}

/** @param words What was written into each part, so that it is found again. */
export function belongingsOf(
  rows: readonly StoredRow[],
  companyId: string,
  words: Readonly<Partial<Record<Area, readonly string[]>>>,
): Belongings {
  const ids = new Map<string, string[]>();
  const areaOfKind = new Map<string, Area>();
  const secrets = new Map<Area, Set<string>>();
  const of = (area: Area) => secrets.get(area) ?? secrets.set(area, new Set()).get(area) ?? new Set();
  const own = rows.filter((one) => one.companyId === companyId);
  for (const { table, row } of own) {
    const area = areaOf(table);
    const { id } = row;
    if (typeof id !== 'string') continue;
    const kind = kindOf(table);
    areaOfKind.set(kind, area);
    ids.set(kind, [...new Set([...(ids.get(kind) ?? []), id])]);
    of(area).add(id);
  }
  const mentions = mentionsIn(own);
  const mentionsOf = (id: string) => mentions.get(id) ?? 0;
  for (const all of ids.values()) all.sort((a, b) => mentionsOf(b) - mentionsOf(a));
  for (const [area, texts] of Object.entries(words)) for (const text of texts) of(area as Area).add(text);
  return {
    companyId,
    ids,
    secrets,
    areaOfKind,
    idOf({ kind, ordinal }, attempt = 0) {
      const all = ids.get(kind) ?? [];
      const id = all[(attempt + ordinal) % all.length];
      if (id === undefined) {
        throw new Error(`There is no ${kind} whose id could be tried: say in values.ts what the id is of`);
      }
      return id;
    },
    attemptsOf(call) {
      if (call.way !== 'required') return 1;
      return Math.max(1, ...idsOf(call).map(({ kind }) => ids.get(kind)?.length ?? 0));
    },
  };
}

/** How often each id stands in some rows: what has the most to it is tried first. */
function mentionsIn(rows: readonly StoredRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [id] of rows.flatMap(({ text }) => [...text.matchAll(uuids)])) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What of it nobody may be told who may not see some of its parts. */
export function secretsOf({ secrets }: Belongings, areas: readonly Area[]): string[] {
  return areas.flatMap((area) => [...(secrets.get(area) ?? [])]);
}
