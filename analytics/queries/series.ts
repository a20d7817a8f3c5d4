import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import type { Counter, Duration } from '../rollups.ts';
import { cubeFor } from './cubes.ts';
import { intervalStarts, type Interval } from './intervals.ts';
import { queryLimits, rowsOf, type Scope } from './scope.ts';
import { readingsOf, type Span } from './segments.ts';

/** What a metric is taken from: a column of the counts, or the average of what was measured. */
const metrics = {
  CONVERSATIONS_OPENED: 'opened',
  CONVERSATIONS_RESOLVED: 'resolved',
  CONVERSATIONS_LABELLED: 'labelled',
  MESSAGES_RECEIVED: 'received',
  MESSAGES_SENT: 'sent',
  BOT_MESSAGES: 'bot_messages',
  MESSAGES_DELIVERED: 'delivered',
  MESSAGES_READ: 'seen',
  HANDOFFS: 'handed_over',
  UNANSWERED_QUESTIONS: 'unanswered',
  DELIVERY_FAILURES: 'delivery_failures',
  FIRST_RESPONSE_TIME: { measure: 'first_response' },
  FIRST_RESPONSE_BUSINESS_TIME: { measure: 'first_response_business' },
  NEXT_RESPONSE_TIME: { measure: 'next_response' },
  NEXT_RESPONSE_BUSINESS_TIME: { measure: 'next_response_business' },
  RESOLUTION_TIME: { measure: 'resolution' },
  RESOLUTION_BUSINESS_TIME: { measure: 'resolution_business' },
  QUEUE_WAIT_TIME: { measure: 'queue_wait' },
  QUEUE_WAIT_BUSINESS_TIME: { measure: 'queue_wait_business' },
  HANDLING_TIME: { measure: 'handling' },
} as const satisfies Readonly<Record<string, Counter | { readonly measure: Duration }>>;
export type Metric = keyof typeof metrics;

/** `at` is the start of an interval, in milliseconds. */
export const pointSchema = z.object({ at: z.number(), value: z.number() });
export type Point = z.output<typeof pointSchema>;

/** How intervals are cut: by which calendar, and how long they are. */
export interface Cut {
  readonly interval: Interval;
  readonly zone: string;
}

/** Of what a series is. */
export interface SeriesOf {
  readonly scope: Scope;
  readonly span: Span;
  readonly cut: Cut;
}

/**
 * Series of several metrics by one statement: one point for each interval that a span of whole minutes touches, zero where nothing
 * happened; averages in seconds, zero where nothing was measured.
 */
export async function querySeries(
  client: ClickHouseClient,
  { scope, span, cut: { interval, zone } }: SeriesOf,
  wanted: readonly Metric[],
): Promise<Point[][]> {
  const starts = intervalStarts(span, interval, zone);
  const sources = wanted.map((metric) => sourceOf(metrics[metric]));
  const columns = [...new Set(sources.flatMap((source) => source.columns))];
  const rows = rowsOf(scope, cubeFor(scope.filter), readingsOf(span, starts), {
    columns: ['bucket', 'measure', ...columns],
    measures: [...new Set(sources.map(({ measure }) => measure))],
  });
  const found = await select(client, {
    name: 'series',
    sql: `SELECT roundDown(toUnixTimestamp(part.bucket), {starts:Array(UInt32)}) AS start, part.measure AS measure,
        [${columns.map((column) => `toFloat64(sum(part.${column}))`).join(', ')}] AS sums
      FROM ${rows.sql} AS part GROUP BY start, measure`,
    params: { ...rows.params, starts: starts.map((start) => start / 1_000) },
    limits: queryLimits,
    row: z.object({ start: z.coerce.number(), measure: z.string(), sums: z.array(z.number()) }),
  });
  return sources.map(({ measure, columns: [over = '', under] }) => {
    const values = new Map<number, number>();
    for (const { start, measure: of, sums } of found) {
      if (of !== measure) continue;
      const sumOf = (column: string) => sums[columns.indexOf(column)] ?? 0;
      values.set(start * 1_000, under === undefined ? sumOf(over) : sumOf(over) / sumOf(under));
    }
    return starts.map((at) => ({ at, value: values.get(at) ?? 0 }));
  });
}

/** The sum of the first column, by that of the second. */
function sourceOf(metric: (typeof metrics)[Metric]): { readonly measure: string; readonly columns: readonly string[] } {
  return typeof metric === 'string'
    ? { measure: '', columns: [metric] }
    : { measure: metric.measure, columns: ['total', 'n'] };
}
