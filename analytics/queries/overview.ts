import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import { durations, type Cube } from '../rollups.ts';
import { NOWHERE, stepParams, stepsOf, stepSql } from './places.ts';
import { queryLimits, querySettings, rowsOf, type Scope } from './scope.ts';
import { fewSegmentsOf, readings, type Span } from './segments.ts';
import {
  countsColumn,
  countsOf,
  countsValues,
  measuredRow,
  reasons,
  sums,
  totalsOf,
  type CountName,
  type Counts,
  type GroupTotals,
  type Totals,
} from './totals.ts';

/** Figures of a span: of everything, and of each platform by itself, the one with most to tell first. */
export interface Overview {
  readonly totals: Totals;
  readonly platforms: readonly GroupTotals[];
}

/** Some of what was counted or measured from an instant on, in milliseconds. */
export interface Piece {
  readonly start: number;
  readonly measure: string;
  /** Of the counters that were asked for. */
  readonly counts: Partial<Counts>;
  /** How often it was measured, and for how many seconds altogether. */
  readonly count: number;
  readonly seconds: number;
}

/** A span of whole minutes, and what is wanted of it. */
export interface Asked {
  readonly span: Span;
  readonly hasOverview: boolean;
  /** Where pieces of it begin, in the order of time, the first with the span; none: no pieces are wanted. */
  readonly starts: readonly number[];
}

export interface Figures {
  readonly span: Span;
  /** Without anything, where it was not wanted. */
  readonly overview: Overview;
  /** In no order, of a piece several: each has some of it. Nothing happened in those that are not there. */
  readonly pieces: readonly Piece[];
}

const figuresRow = measuredRow.extend({
  since: z.number(),
  counts: countsValues,
  /** Starts, and beside each how often it was measured, for how long, and the counters that were asked for. */
  curve: z.array(z.array(z.coerce.number())),
});
type FiguresRow = z.output<typeof figuresRow>;

/** Before what is grouped by: nothing of it looks like all of it together, which ClickHouse leaves empty. */
const MARK = '=';

/**
 * All that a dashboard says of some spans, by one statement: what a statement costs is mostly to begin with a table, and little to have it
 * count one thing more. A row may be of an overview, of a piece, or of both: a day that begins elsewhere than in UTC is read by hours for
 * its curve, and the days that the overview reads are those of UTC. Pieces are summed up beside the totals instead of being groups of their
 * own: a digest for each piece, to be merged once more for the totals, would be an eighth of the work of a year.
 *
 * @param asked None of whose spans lies on another.
 * @param options.byPlatform Whether overviews tell of platforms; the cube has to know them then.
 * @param options.measures What pieces tell of.
 * @param options.counters Which counts they tell.
 */
export async function queryFigures(
  client: ClickHouseClient,
  scope: Scope,
  asked: readonly Asked[],
  options: {
    readonly cube: Cube;
    readonly byPlatform: boolean;
    readonly measures: readonly string[];
    readonly counters: readonly CountName[];
  },
): Promise<Figures[]> {
  const overviews = asked.flatMap(({ span, hasOverview }) =>
    hasOverview ? [{ segments: fewSegmentsOf(span), starts: [span.from] }] : [],
  );
  const curves = asked.flatMap(({ span, starts }) =>
    starts.length > 0 ? [{ segments: fewSegmentsOf(span, starts), starts }] : [],
  );
  const read = readings([...overviews, ...curves].flatMap(({ segments }) => segments));
  const [hasOverviews, hasCurves] = [overviews.length > 0, curves.length > 0];
  const rows = rowsOf(scope, options.cube, read, {
    columns: ['platform', 'measure', 'n', 'total', ...(hasOverviews ? ['quantiles'] : []), countsColumn],
    measures: hasOverviews ? ['', ...durations, ...reasons] : options.measures,
  });
  const { byPlatform, counters } = options;
  const groups = [...(hasOverviews ? ['since'] : []), 'measure', ...(byPlatform ? ['key'] : [])];
  const start = `if(part.measure IN {curved:Array(String)}, ${stepSql('start')}, ${NOWHERE})`;
  const told = ['part.n', 'part.total', ...counters.map((name) => `part.counts[${sums.indexOf(name) + 1}]`)];
  const found = await select(client, {
    name: 'figures',
    sql: `SELECT ${hasOverviews ? stepSql('since') : NOWHERE} AS since, concat('${MARK}', part.measure) AS measure,
        ${byPlatform ? `concat('${MARK}', part.platform)` : `''`} AS key,
        sumForEach(part.counts) AS counts, sum(part.n) AS count, sum(part.total) AS seconds,
        ${hasOverviews ? `quantilesTDigestMergeIf(0.5, 0.9, 0.95)(part.quantiles, since != ${NOWHERE})` : '[]'} AS levels,
        ${hasCurves ? `sumMap([${start}], ${told.map((value) => `[${value}]`).join(', ')})` : '[]'} AS curve
      FROM ${rows.sql} AS part
      GROUP BY ${groups.join(', ')}${hasOverviews ? ' WITH ROLLUP' : ''}`,
    params: {
      ...rows.params,
      ...(hasOverviews && stepParams('since', stepsOf(overviews))),
      ...(hasCurves && { ...stepParams('start', stepsOf(curves)), curved: options.measures }),
    },
    limits: queryLimits,
    settings: querySettings,
    row: figuresRow,
  });
  const measured = found
    .filter(({ measure }) => measure.startsWith(MARK))
    .map((row) => ({ ...row, measure: row.measure.slice(MARK.length) }));
  const whole = Map.groupBy(measured, ({ since }) => since * 1_000);
  const pieces = measured.filter(({ key }) => key === '').flatMap((row) => piecesOf(row, counters));
  return asked.map(({ span }) => ({
    span,
    overview: overviewOf(whole.get(span.from) ?? []),
    pieces: pieces.filter(({ start: at }) => at >= span.from && at < span.to),
  }));
}

function overviewOf(rows: readonly FiguresRow[]): Overview {
  const byKey = Map.groupBy(rows, ({ key }) => key);
  const figuresOf = (some: readonly FiguresRow[]) => {
    const counts = countsOf(some.find(({ measure }) => measure === '')?.counts);
    return { events: counts.events, totals: totalsOf(counts, some) };
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

function piecesOf({ measure, curve }: FiguresRow, counters: readonly CountName[]): Piece[] {
  const [starts = [], count = [], seconds = [], ...counted] = curve;
  return starts.flatMap((start, at) => {
    if (start === NOWHERE) return [];
    const counts = Object.fromEntries(counters.map((name, index) => [name, counted[index]?.[at] ?? 0]));
    return [{ start: start * 1_000, measure, counts, count: count[at] ?? 0, seconds: seconds[at] ?? 0 }];
  });
}
