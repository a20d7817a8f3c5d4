import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import { intervalStarts, rollupsFor, startSql, type Interval } from './intervals.ts';
import { queryLimits, rowsOf, type Scope } from './scope.ts';
import { segmentsOf, type Span } from './segments.ts';

/** What each metric is worth in an interval, from the rollups' sums; averages in seconds, zero where nothing was measured. */
const metrics = {
  CONVERSATIONS_OPENED: 'sum(part.opened)',
  CONVERSATIONS_RESOLVED: 'sum(part.resolved)',
  MESSAGES_RECEIVED: 'sum(part.received)',
  MESSAGES_SENT: 'sum(part.sent)',
  BOT_MESSAGES: 'sum(part.bot_messages)',
  FIRST_RESPONSE_TIME: 'sum(part.first_response_sum) / greatest(sum(part.first_response_count), 1)',
  RESOLUTION_TIME: 'sum(part.resolution_sum) / greatest(sum(part.resolution_count), 1)',
  DELIVERY_FAILURES: 'sum(part.delivery_failures)',
} as const;
export type Metric = keyof typeof metrics;

const names = Object.keys(metrics) as Metric[];
const values = z.object(
  Object.fromEntries(names.map((name) => [name, z.coerce.number()])) as Record<Metric, z.ZodCoercedNumber>,
);

/** Every metric of one interval; `at` is its start in milliseconds. */
export const pointSchema = values.extend({ at: z.number() });
export type Point = z.output<typeof pointSchema>;

const nothing = values.parse(Object.fromEntries(names.map((name) => [name, 0])));

const columns = [
  'opened',
  'resolved',
  'received',
  'sent',
  'bot_messages',
  'delivery_failures',
  'first_response_count',
  'first_response_sum',
  'resolution_count',
  'resolution_sum',
];

/**
 * One point for each interval that a span of whole minutes touches, zero where nothing happened. All metrics come with one
 * query, since the curves of one dashboard share their interval.
 */
export async function querySeries(
  client: ClickHouseClient,
  scope: Scope,
  span: Span,
  interval: Interval,
): Promise<Point[]> {
  const rows = rowsOf(scope, segmentsOf(span, rollupsFor(interval)), ['bucket', ...columns]);
  const found = await select(client, {
    name: 'series',
    sql: `SELECT ${startSql(interval)} AS start, ${names.map((name) => `${metrics[name]} AS ${name}`).join(', ')}
      FROM ${rows.sql} AS part GROUP BY start`,
    params: rows.params,
    limits: queryLimits,
    row: values.extend({ start: z.number() }),
  });
  const points = new Map(found.map(({ start, ...point }) => [start * 1_000, point]));
  return intervalStarts(span, interval).map((at) => ({ at, ...(points.get(at) ?? nothing) }));
}
