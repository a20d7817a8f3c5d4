import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { handOverReason } from '#schema/events/bot.ts';
import { select } from '../clickhouse/statements.ts';
import { durations, HAND_OVER, type Counter, type Duration } from '../rollups.ts';
import { nobody } from '../sink/eventRow.ts';
import { cubeFor, groupColumns, type By } from './cubes.ts';
import { queryLimits, querySettings, rowsOf, type Scope } from './scope.ts';
import { readingsOf, type Span } from './segments.ts';

const durationFigures = z.object({
  count: z.number(),
  total: z.number(),
  average: z.number().nullable(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p95: z.number().nullable(),
});
export type DurationFigures = z.output<typeof durationFigures>;

const handOffs = z.array(z.object({ reason: handOverReason, count: z.number() }));

const deliveries = z.object({ sent: z.number(), delivered: z.number(), read: z.number(), failed: z.number() });

/** Figures of a span; durations in seconds, null where nothing was measured. */
export const totalsSchema = z.object({
  conversationsOpened: z.number(),
  conversationsResolved: z.number(),
  conversationsLabelled: z.number(),
  messagesReceived: z.number(),
  messagesSent: z.number(),
  botMessages: z.number(),
  botResolutionRate: z.number().nullable(),
  handoffs: z.number(),
  handoffReasons: handOffs,
  unansweredQuestions: z.number(),
  answersRatedGood: z.number(),
  answersRatedBad: z.number(),
  firstResponse: durationFigures,
  firstResponseInBusinessHours: durationFigures,
  nextResponse: durationFigures,
  nextResponseInBusinessHours: durationFigures,
  resolution: durationFigures,
  resolutionInBusinessHours: durationFigures,
  queueWait: durationFigures,
  queueWaitInBusinessHours: durationFigures,
  handling: durationFigures,
  deliveries,
  deliveryFailures: z.number(),
});
export type Totals = z.output<typeof totalsSchema>;

/** The figures of one platform, agent, team or label. */
export const groupSchema = z.object({ key: z.string(), totals: totalsSchema });
export type GroupTotals = z.output<typeof groupSchema>;

/** Which groups: those with most to tell, or those that are named. */
export type Choice = { readonly first: number } | { readonly keys: readonly string[] };

export const sums = [
  'events',
  'opened',
  'resolved',
  'resolved_by_bot',
  'labelled',
  'received',
  'sent',
  'bot_messages',
  'dispatched',
  'delivered',
  'seen',
  'delivery_failures',
  'handed_over',
  'unanswered',
  'rated_good',
  'rated_bad',
  'unrated_good',
  'unrated_bad',
] as const satisfies readonly Counter[];

export type CountName = (typeof sums)[number];
export type Counts = Readonly<Record<CountName, number>>;

/**
 * All of them as one column, in their order: what a statement costs is mostly that ClickHouse understands it, which grows with the names in
 * it and not with the rows.
 */
export const countsColumn = `[${sums.join(', ')}] AS counts`;
export const countsValues = z.array(z.coerce.number());

/** @param values Of {@link countsColumn}; nothing has happened where there are none. */
export function countsOf(values: readonly number[] = []): Counts {
  return Object.fromEntries(sums.map((name, at) => [name, values[at] ?? 0])) as Counts;
}

export const measuredRow = z.object({
  key: z.string(),
  measure: z.string(),
  count: z.coerce.number(),
  seconds: z.coerce.number(),
  levels: z.array(z.number().nullable()),
});
export type Measured = z.output<typeof measuredRow>;

/** By what hand-overs are counted. */
export const reasons = handOverReason.options.map((reason) => HAND_OVER + reason);

/** Figures where nothing happened. */
export const nothing: Totals = totalsOf(countsOf(), []);

/** The figures of a span of whole minutes for each of something; who has most to tell comes first. */
export async function queryGroups(
  client: ClickHouseClient,
  scope: Scope,
  span: Span,
  by: By,
  choice: Choice,
): Promise<GroupTotals[]> {
  const counts = await queryCounts(client, scope, span, by, choice);
  const measured = await queryMeasured(
    client,
    scope,
    span,
    by,
    counts.map(({ key }) => key),
  );
  return counts.map((row) => ({
    key: row.key,
    totals: totalsOf(
      countsOf(row.counts),
      measured.filter(({ key }) => key === row.key),
    ),
  }));
}

const countedRow = z.object({ key: z.string(), counts: countsValues });

async function queryCounts(
  client: ClickHouseClient,
  scope: Scope,
  span: Span,
  by: By,
  choice: Choice,
): Promise<z.output<typeof countedRow>[]> {
  // An agent may have handled something and done nothing else.
  const measures = by === 'agent' ? ['', 'handling'] : [''];
  const columns = [`${groupColumns[by]} AS key`, 'n', countsColumn];
  const rows = rowsOf(scope, cubeFor(scope.filter, by), readingsOf(span), { columns, measures });
  return select(client, {
    name: `counts-by-${by}`,
    sql: `SELECT key, sumForEach(part.counts) AS counts FROM ${rows.sql} AS part WHERE key NOT IN ('', '${nobody}') ${named(choice)}
      GROUP BY key ORDER BY counts[${sums.indexOf('events') + 1}] + sum(part.n) DESC, key ${limited(choice)}`,
    params: { ...rows.params, ...('keys' in choice && { keys: choice.keys }) },
    limits: queryLimits,
    settings: querySettings,
    row: countedRow,
  });
}

async function queryMeasured(
  client: ClickHouseClient,
  scope: Scope,
  span: Span,
  by: By,
  keys: readonly string[],
): Promise<Measured[]> {
  if (keys.length === 0) return [];
  const columns = [`${groupColumns[by]} AS key`, 'measure', 'n', 'total', 'quantiles'];
  const rows = rowsOf(scope, cubeFor(scope.filter, by), readingsOf(span), {
    columns,
    measures: [...durations, ...reasons],
  });
  return select(client, {
    name: `durations-by-${by}`,
    sql: `SELECT key, measure, sum(part.n) AS count, sum(part.total) AS seconds,
        quantilesTDigestMerge(0.5, 0.9, 0.95)(part.quantiles) AS levels
      FROM ${rows.sql} AS part WHERE key IN {keys:Array(String)}
      GROUP BY key, measure`,
    params: { ...rows.params, keys },
    limits: queryLimits,
    settings: querySettings,
    row: measuredRow,
  });
}

function named(choice: Choice): string {
  return 'keys' in choice ? 'AND key IN {keys:Array(String)}' : '';
}

function limited(choice: Choice): string {
  return 'first' in choice ? `LIMIT ${choice.first}` : '';
}

/** The figures that some rows make. */
export function totalsOf(counts: Counts, measured: readonly Measured[]): Totals {
  const of = (name: Duration) => durationsOf(measured.find(({ measure }) => measure === name));
  return {
    conversationsOpened: counts.opened,
    conversationsResolved: counts.resolved,
    conversationsLabelled: counts.labelled,
    messagesReceived: counts.received,
    messagesSent: counts.sent,
    botMessages: counts.bot_messages,
    handoffs: counts.handed_over,
    handoffReasons: reasonsOf(measured),
    unansweredQuestions: counts.unanswered,
    // What was said before the range and is taken back within it was not in the range.
    answersRatedGood: Math.max(0, counts.rated_good - counts.unrated_good),
    answersRatedBad: Math.max(0, counts.rated_bad - counts.unrated_bad),
    botResolutionRate: counts.resolved === 0 ? null : counts.resolved_by_bot / counts.resolved,
    firstResponse: of('first_response'),
    firstResponseInBusinessHours: of('first_response_business'),
    nextResponse: of('next_response'),
    nextResponseInBusinessHours: of('next_response_business'),
    resolution: of('resolution'),
    resolutionInBusinessHours: of('resolution_business'),
    queueWait: of('queue_wait'),
    queueWaitInBusinessHours: of('queue_wait_business'),
    handling: of('handling'),
    deliveries: {
      sent: counts.dispatched,
      delivered: counts.delivered,
      read: counts.seen,
      failed: counts.delivery_failures,
    },
    deliveryFailures: counts.delivery_failures,
  };
}

/** The most frequent first. */
function reasonsOf(measured: readonly Measured[]): Totals['handoffReasons'] {
  return handOverReason.options
    .map((reason) => ({ reason, count: measured.find(({ measure }) => measure === HAND_OVER + reason)?.count ?? 0 }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
}

function durationsOf(measured: Measured | undefined): DurationFigures {
  if (!measured) return { count: 0, total: 0, average: null, p50: null, p90: null, p95: null };
  const { count, seconds } = measured;
  const [p50 = null, p90 = null, p95 = null] = measured.levels;
  return { count, total: seconds, average: seconds / count, p50, p90, p95 };
}
