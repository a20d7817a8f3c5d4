import { handOverReason } from '#schema/events/bot.ts';
import { cubeFor, groupColumns, type By } from '../queries/cubes.ts';
import { intervalStarts } from '../queries/intervals.ts';
import { rowsOf, type Rows, type Scope } from '../queries/scope.ts';
import { readingsOf } from '../queries/segments.ts';
import { durations, HAND_OVER, type Counter } from '../rollups.ts';
import { nobody } from '../sink/eventRow.ts';
import type { AskedExport } from './readExport.ts';

/** Columns of a file, by what they are of the sums of an interval. */
const counted = {
  conversations_opened: 'opened',
  conversations_resolved: 'resolved',
  conversations_labelled: 'labelled',
  messages_received: 'received',
  messages_sent: 'sent',
  bot_messages: 'bot_messages',
  deliveries_sent: 'dispatched',
  deliveries_delivered: 'delivered',
  deliveries_read: 'seen',
  deliveries_failed: 'delivery_failures',
  handoffs: 'handed_over',
  unanswered_questions: 'unanswered',
} as const satisfies Readonly<Record<string, Counter>>;

const sums = [
  ...Object.values(counted),
  'resolved_by_bot',
  'rated_good',
  'rated_bad',
  'unrated_good',
  'unrated_bad',
] as const satisfies readonly Counter[];

const reasons = handOverReason.options;
const keyNames: Readonly<Record<By, string>> = {
  platform: 'platform',
  agent: 'agent_id',
  team: 'team_id',
  label: 'label_id',
};

/** Signed, and times as timestamps: what every reader of Parquet takes. */
const columns = [
  ...Object.entries(counted).map(([name, sum]) => `toInt64(${sum}) AS ${name}`),
  'if(resolved = 0, NULL, resolved_by_bot / resolved) AS bot_resolution_rate',
  ...(['good', 'bad'] as const).map(
    (rating) => `greatest(toInt64(rated_${rating}) - toInt64(unrated_${rating}), 0) AS answers_rated_${rating}`,
  ),
  ...reasons.map((reason) => `toInt64(${reasonColumn(reason)}) AS handoffs_${reason.toLowerCase()}`),
  ...durations.flatMap((name) => [
    `toInt64(${name}_n) AS ${name}_count`,
    ...[
      ['average', `${name}_total / ${name}_n`],
      ['p50', `toFloat64(${name}_levels[1])`],
      ['p90', `toFloat64(${name}_levels[2])`],
      ['p95', `toFloat64(${name}_levels[3])`],
    ].map(([what, value]) => `if(${name}_n = 0, NULL, ${value}) AS ${name}_${what}`),
  ]),
];

const measures = ['', ...durations, ...reasons.map((reason) => HAND_OVER + reason)];

/** For one interval, and one of what they are kept apart by. */
const aggregates = [
  ...sums.map((name) => `sum(part.${name}) AS ${name}`),
  ...reasons.map((reason) => `sumIf(part.n, part.measure = '${HAND_OVER}${reason}') AS ${reasonColumn(reason)}`),
  ...durations.flatMap((name) => [
    `sumIf(part.n, part.measure = '${name}') AS ${name}_n`,
    `sumIf(part.total, part.measure = '${name}') AS ${name}_total`,
    `quantilesTDigestMergeIf(0.5, 0.9, 0.95)(part.quantiles, part.measure = '${name}') AS ${name}_levels`,
  ]),
];

const startOf = 'roundDown(toUnixTimestamp(part.bucket), {starts:Array(UInt32)})';

/**
 * A row for each interval of the range, by the clocks and the calendar of the zone; with `by`, one for each of what is asked for in each
 * interval in which something happened to it.
 */
export function exportStatement(companyId: string, asked: AskedExport, zone: string): Rows {
  const { by } = asked;
  const { rows, starts } = read(companyId, asked, zone, {
    columns: ['bucket', 'measure', ...sums, 'n', 'total', 'quantiles'],
    measures,
  });
  const found = `SELECT ${startOf} AS start, ${by ? 'key, ' : ''}${aggregates.join(', ')}
    FROM ${rows.sql} AS part ${known(by)} GROUP BY start${by ? ', key' : ''}`;
  const all = by
    ? `(${found})`
    : `(SELECT arrayJoin({starts:Array(UInt32)}) AS start) AS every LEFT JOIN (${found}) AS found USING (start)`;
  return {
    sql: `SELECT toDateTime64(start, 3, 'UTC') AS at, toString(toDateTime(start, {zone:String})) AS local_time,
        ${by ? `key AS ${keyNames[by]}, ` : ''}${columns.join(', ')}
      FROM ${all} ORDER BY start${by ? ', key' : ''}`,
    params: { ...rows.params, starts, zone },
  };
}

/** How many rows that would be. */
export function countStatement(companyId: string, asked: AskedExport, zone: string): Rows {
  const { rows, starts } = read(companyId, asked, zone, { columns: ['bucket'], measures });
  return {
    sql: `SELECT uniqExact(${startOf}, part.key) AS rows FROM ${rows.sql} AS part ${known(asked.by)}`,
    params: { ...rows.params, starts },
  };
}

function read(
  companyId: string,
  { span, filter, interval, by }: AskedExport,
  zone: string,
  wanted: Parameters<typeof rowsOf>[3],
): { readonly rows: Rows; readonly starts: readonly number[] } {
  const starts = intervalStarts(span, interval, zone);
  const scope: Scope = { companyId, filter };
  const rows = rowsOf(scope, cubeFor(filter, by), readingsOf(span, starts), {
    ...wanted,
    columns: [...wanted.columns, ...(by ? [`${groupColumns[by]} AS key`] : [])],
  });
  return { rows, starts: starts.map((start) => start / 1_000) };
}

function known(by: By | undefined): string {
  return by ? `WHERE part.key NOT IN ('', '${nobody}')` : '';
}

function reasonColumn(reason: string): string {
  return `reason_${reason.toLowerCase()}`;
}
