import type { Params } from '../clickhouse/statements.ts';
import type { Segment } from './segments.ts';

/** What a dashboard may be narrowed to; absent or null narrows nothing, an empty list admits nothing. */
export interface Filter {
  readonly channelIds?: readonly string[] | null | undefined;
  readonly platforms?: readonly string[] | null | undefined;
  readonly agentIds?: readonly string[] | null | undefined;
  readonly teamIds?: readonly string[] | null | undefined;
}

/** Whose figures, and which. The company comes from the caller's identity, never from an argument. */
export interface Scope {
  readonly companyId: string;
  readonly filter: Filter;
}

/** A dashboard's query answers in milliseconds; one that needs this much is not let near the others. */
export const queryLimits = { seconds: 5, bytes: 2_000_000_000 };

const dimensions = [
  ['channel_id', 'channelIds', 'Array(UUID)'],
  ['platform', 'platforms', 'Array(String)'],
  ['agent_id', 'agentIds', 'Array(UUID)'],
  ['team_id', 'teamIds', 'Array(UUID)'],
] as const;

/** The rows of all segments that the scope admits, as a table expression with the columns named. */
export function rowsOf(
  { companyId, filter }: Scope,
  segments: readonly Segment[],
  columns: readonly string[],
): { readonly sql: string; readonly params: Params } {
  const params: Record<string, unknown> = { company: companyId };
  let narrowed = '';
  for (const [column, name, type] of dimensions) {
    if (filter[name] == null) continue;
    params[name] = filter[name];
    narrowed += ` AND ${column} IN {${name}:${type}}`;
  }
  const parts = segments.map(({ rollup, from, to }, index) => {
    params[`from${index}`] = from / 1_000;
    params[`to${index}`] = to / 1_000;
    return `SELECT ${columns.join(', ')} FROM ${rollup.table}
      WHERE company_id = {company:UUID}
      AND bucket >= toDateTime({from${index}:UInt32}, 'UTC') AND bucket < toDateTime({to${index}:UInt32}, 'UTC')${narrowed}`;
  });
  return { sql: `(${parts.join('\nUNION ALL\n')})`, params };
}
