import { areaOf } from './areas.ts';
import { finderOf } from './asking.ts';
import type { Attacker } from './attackers.ts';
import { secretsOf, type Belongings } from './belongings.ts';
import { keepsWhatIsNamed } from './exceptions.ts';
import type { StoredRow } from './store.ts';

/** Say when something happened last, some time after it did; and how often something was asked, by whoever may ask. */
const notes: ReadonlySet<string> = new Set(['channels.channel_health', 'knowledge.asked_questions']);

/** What became of everything that somebody tried. */
export interface Traces {
  /** Rows that are not as they were. */
  readonly lost: readonly string[];
  readonly added: readonly string[];
  /** Events and signals that name something. */
  readonly said: readonly string[];
}

/**
 * What of Acme is another now, or is named where it was not: in the rows of any company, and in what went over NATS. For whom nothing
 * of Acme may change that is every row of it; for others, the rows that have something to do with what they may not see.
 */
export function tracesOf(
  { hidden, writes, changes }: Attacker,
  acme: Belongings,
  before: readonly StoredRow[],
  after: { readonly rows: readonly StoredRow[]; readonly said: readonly string[] },
): Traces {
  const isOutside = changes === 'nothing';
  const isAcmes = ({ companyId }: StoredRow) => companyId === acme.companyId;
  // Who is of the company has its id, and what is known to all there, in rows of their own.
  const secretsIn = finderOf(
    secretsOf(acme, isOutside ? hidden : hidden.filter((area) => area !== 'directory' && !writes.includes(area))),
  );

  // Who changes something may say of what it is a part.
  const writtenIn = finderOf(secretsOf(acme, writes));

  function isProtected(row: StoredRow): boolean {
    if (notes.has(row.table) || writes.includes(areaOf(row.table))) return false;
    const isHidden =
      isOutside || (areaOf(row.table) === 'directory' && hidden.includes('directory') && writes.length === 0);
    return (isHidden && isAcmes(row)) || secretsIn(row.text).length > 0;
  }
  const isKept = (row: StoredRow) => row.table in keepsWhatIsNamed && !(isOutside && isAcmes(row));
  const textOf = ({ table, text }: StoredRow) => `${table} ${text}`;
  const had = new Set(before.map(textOf));
  const has = new Set(after.rows.map(textOf));
  return {
    lost: before.filter((row) => isProtected(row) && !has.has(textOf(row))).map(textOf),
    added: after.rows.filter((row) => isProtected(row) && !isKept(row) && !had.has(textOf(row))).map(textOf),
    said: after.said.filter((text) => secretsIn(text).length > 0 && writtenIn(text).length === 0),
  };
}
