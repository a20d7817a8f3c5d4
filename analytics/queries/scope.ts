import type { Params } from '../clickhouse/statements.ts';
import { ROLLUPS, type Cube } from '../rollups.ts';
import { placeSql } from './places.ts';
import type { Reading, Span } from './segments.ts';

/** What a dashboard may be narrowed to; absent or null narrows nothing, an empty list admits nothing. */
export interface Filter {
  readonly channelIds?: readonly string[] | null | undefined;
  readonly platforms?: readonly string[] | null | undefined;
  readonly agentIds?: readonly string[] | null | undefined;
  readonly teamIds?: readonly string[] | null | undefined;
  /** Any of them. */
  readonly labelIds?: readonly string[] | null | undefined;
}

/** Whose figures, and which. The company comes from the caller's identity, never from an argument. */
export interface Scope {
  readonly companyId: string;
  readonly filter: Filter;
}

/** A dashboard's query answers in milliseconds; one that needs this much is not let near the others. */
export const queryLimits = { seconds: 5, bytes: 2_000_000_000 };

/**
 * Few granules are read, whole: to read what is filtered by before all else, and the rest of what it leaves, is up to a fourth more work
 * where a scope is narrowed, and makes hardly a difference elsewhere.
 */
export const querySettings = { optimize_move_to_prewhere: 0 };

const dimensions = [
  ['channel_id IN', 'channelIds', 'Array(UUID)'],
  ['platform IN', 'platforms', 'Array(String)'],
  ['agent_id IN', 'agentIds', 'Array(UUID)'],
  ['team_id IN', 'teamIds', 'Array(UUID)'],
  ['hasAny(labels,', 'labelIds', 'Array(UUID)'],
] as const;

/** A table expression, with the values that its text names. */
export interface Rows {
  readonly sql: string;
  readonly params: Params;
}

/**
 * The rows of a cube that the scope admits, each with its `place`.
 *
 * @param measures Which of what the cube has: '' are the counts.
 */
export function rowsOf(
  { companyId, filter }: Scope,
  cube: Cube,
  readings: readonly Reading[],
  { columns, measures }: { readonly columns: readonly string[]; readonly measures: readonly string[] },
): Rows {
  const params: Record<string, unknown> = { company: companyId, measures };
  let narrowed = '';
  for (const [condition, name, type] of dimensions) {
    if (filter[name] == null) continue;
    params[name] = filter[name];
    narrowed += ` AND ${condition} {${name}:${type}}${condition.startsWith('hasAny') ? ')' : ''}`;
  }
  // Counts lie apart from durations, of which a bucket has nine rows: see the order of the table. Only `IN` is looked up by it, as
  // ClickHouse makes something else of `=`.
  if (measures.every((measure) => measure === '')) narrowed += ` AND (measure != '') IN (0)`;
  const read = readings.map(({ grain, spans }) => `grain = '${grain.name}' AND (${spans.map(within).join(' OR ')})`);
  return {
    sql: `(SELECT ${placeSql} AS place, ${columns.join(', ')} FROM ${ROLLUPS}
      WHERE company_id = {company:UUID} AND cube = '${cube}' AND measure IN {measures:Array(String)}
      AND (${read.join(' OR ')})${narrowed})`,
    params,
  };
}

/** A bucket is a number of seconds, which are compared without a function: each would have to be understood for every statement. */
function within({ from, to }: Span): string {
  return `bucket >= ${from / 1_000} AND bucket < ${to / 1_000}`;
}
