import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import { durations, type Cube } from '../rollups.ts';
import { queryLimits, rowsOf, type Scope } from './scope.ts';
import { readingsOfAll, type Span } from './segments.ts';
import { countsRow, measuredRow, noCounts, reasons, sums, totalsOf, type GroupTotals, type Totals } from './totals.ts';

/** Figures of a span: of everything, and of each platform by itself, the one with most to tell first. */
export interface Overview {
  readonly totals: Totals;
  readonly platforms: readonly GroupTotals[];
}

const overviewRow = countsRow.extend({ ...measuredRow.shape, since: z.coerce.number() });
type OverviewRow = z.output<typeof overviewRow>;

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
    columns: ['bucket', 'platform', 'measure', 'n', 'total', 'quantiles', ...sums],
    measures: ['', ...durations, ...reasons],
  });
  const found = await select(client, {
    name: 'overview',
    // With a sign before it, no platform looks like all of them.
    sql: `SELECT roundDown(toUnixTimestamp(part.bucket), {starts:Array(UInt32)}) AS since,
        ${byPlatform ? `concat('=', part.platform)` : `''`} AS key,
        part.measure AS measure, ${sums.map((name) => `sum(part.${name}) AS ${name}`).join(', ')},
        sum(part.n) AS count, sum(part.total) AS seconds,
        quantilesTDigestMerge(0.5, 0.9, 0.95)(part.quantiles) AS levels
      FROM ${rows.sql} AS part
      GROUP BY GROUPING SETS ((since, measure)${byPlatform ? ', (since, measure, key)' : ''})`,
    params: { ...rows.params, starts: inOrder.map(({ from }) => from / 1_000) },
    limits: queryLimits,
    row: overviewRow,
  });
  const parts = Map.groupBy(found, ({ since }) => since * 1_000);
  return spans.map(({ from }) => overviewOf(parts.get(from) ?? []));
}

function overviewOf(rows: readonly OverviewRow[]): Overview {
  const byKey = Map.groupBy(rows, ({ key }) => key);
  const countsOf = (some: readonly OverviewRow[]) => some.find(({ measure }) => measure === '') ?? noCounts;
  const figuresOf = (some: readonly OverviewRow[]) => totalsOf(countsOf(some), some);
  const platforms = [...byKey]
    .filter(([key]) => key.length > 1)
    .toSorted(([a, some], [b, others]) => countsOf(others).events - countsOf(some).events || (a < b ? -1 : 1));
  return {
    totals: figuresOf(byKey.get('') ?? []),
    platforms: platforms.map(([key, some]) => ({ key: key.slice(1), totals: figuresOf(some) })),
  };
}
