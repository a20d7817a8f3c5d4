import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import { durations, type Cube } from '../rollups.ts';
import { queryLimits, rowsOf, type Scope } from './scope.ts';
import { readingsOfAll, type Span } from './segments.ts';
import {
  countsColumn,
  countsOf,
  countsValues,
  measuredRow,
  reasons,
  totalsOf,
  type GroupTotals,
  type Totals,
} from './totals.ts';

/** Figures of a span: of everything, and of each platform by itself, the one with most to tell first. */
export interface Overview {
  readonly totals: Totals;
  readonly platforms: readonly GroupTotals[];
}

const overviewRow = measuredRow.extend({ since: z.coerce.number(), counts: countsValues });
type OverviewRow = z.output<typeof overviewRow>;

/** Before what is grouped by: nothing of it looks like all of it together, which ClickHouse leaves empty. */
const MARK = '=';

/**
 * The figures of several spans of whole minutes, none of which lies on another, by one statement: what a statement costs is mostly to
 * begin with a table, and little to have it count one thing more.
 *
 * @param options.byPlatform Whether the platforms are wanted; the cube has to know them then.
 */
export async function queryOverviews(
  client: ClickHouseClient,
  scope: Scope,
  spans: readonly Span[],
  { cube, byPlatform }: { readonly cube: Cube; readonly byPlatform: boolean },
): Promise<Overview[]> {
  const inOrder = spans.toSorted((a, b) => a.from - b.from);
  const rows = rowsOf(scope, cube, readingsOfAll(inOrder), {
    columns: ['bucket', 'platform', 'measure', 'n', 'total', 'quantiles', countsColumn],
    measures: ['', ...durations, ...reasons],
  });
  const found = await select(client, {
    name: 'overview',
    sql: `SELECT roundDown(toUnixTimestamp(part.bucket), {starts:Array(UInt32)}) AS since,
        concat('${MARK}', part.measure) AS measure, ${byPlatform ? `concat('${MARK}', part.platform)` : `''`} AS key,
        sumForEach(part.counts) AS counts, sum(part.n) AS count, sum(part.total) AS seconds,
        quantilesTDigestMerge(0.5, 0.9, 0.95)(part.quantiles) AS levels
      FROM ${rows.sql} AS part
      GROUP BY since, measure${byPlatform ? ', key WITH ROLLUP' : ''}`,
    params: { ...rows.params, starts: inOrder.map(({ from }) => from / 1_000) },
    limits: queryLimits,
    row: overviewRow,
  });
  const parts = Map.groupBy(
    found.filter(({ measure }) => measure.startsWith(MARK)),
    ({ since }) => since * 1_000,
  );
  return spans.map(({ from }) => overviewOf(parts.get(from) ?? []));
}

function overviewOf(rows: readonly OverviewRow[]): Overview {
  const byKey = Map.groupBy(rows, ({ key }) => key);
  const figuresOf = (some: readonly OverviewRow[]) => {
    const measured = some.map((row) => ({ ...row, measure: row.measure.slice(MARK.length) }));
    const counts = countsOf(measured.find(({ measure }) => measure === '')?.counts);
    return { events: counts.events, totals: totalsOf(counts, measured) };
  };
  const platforms = [...byKey]
    .filter(([key]) => key.length > MARK.length)
    .map(([key, some]) => ({ key: key.slice(MARK.length), ...figuresOf(some) }))
    .toSorted((a, b) => b.events - a.events || (a.key < b.key ? -1 : 1));
  return {
    totals: figuresOf(byKey.get('') ?? []).totals,
    platforms: platforms.map(({ key, totals }) => ({ key, totals })),
  };
}
