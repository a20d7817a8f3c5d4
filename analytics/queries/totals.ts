import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { platform } from '#schema/events/values.ts';
import { select } from '../clickhouse/statements.ts';
import { rollups } from '../rollups.ts';
import { queryLimits, rowsOf, type Scope } from './scope.ts';
import { segmentsOf, type Span } from './segments.ts';

const durations = z.object({
  average: z.number().nullable(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p95: z.number().nullable(),
});

/** Figures of a span; durations in seconds, null where nothing was measured. */
export const totalsSchema = z.object({
  conversationsOpened: z.number(),
  conversationsResolved: z.number(),
  messagesReceived: z.number(),
  messagesSent: z.number(),
  botMessages: z.number(),
  botResolutionRate: z.number().nullable(),
  firstResponse: durations,
  resolution: durations,
  deliveryFailures: z.number(),
});
export type Totals = z.output<typeof totalsSchema>;

/** The figures of one platform. */
export const platformTotalsSchema = z.object({ platform, totals: totalsSchema });
export type PlatformTotals = z.output<typeof platformTotalsSchema>;

const sums = [
  'opened',
  'resolved',
  'resolved_by_bot',
  'received',
  'sent',
  'bot_messages',
  'delivery_failures',
  'first_response_count',
  'first_response_sum',
  'resolution_count',
  'resolution_sum',
] as const;
const quantiles = ['first_response_quantiles', 'resolution_quantiles'] as const;

const rowSchema = z.object({
  ...(Object.fromEntries(sums.map((name) => [name, z.coerce.number()])) as Record<
    (typeof sums)[number],
    z.ZodCoercedNumber
  >),
  first_response_quantiles: z.array(z.number().nullable()),
  resolution_quantiles: z.array(z.number().nullable()),
});

const columns = [
  ...sums.map((name) => `sum(part.${name}) AS ${name}`),
  ...quantiles.map((name) => `quantilesTDigestMerge(0.5, 0.9, 0.95)(part.${name}) AS ${name}`),
].join(', ');

/** The figures of a span of whole minutes. */
export async function queryTotals(client: ClickHouseClient, scope: Scope, span: Span): Promise<Totals> {
  const rows = rowsOf(scope, segmentsOf(span, rollups), [...sums, ...quantiles]);
  const [row] = await select(client, {
    name: 'totals',
    sql: `SELECT ${columns} FROM ${rows.sql} AS part`,
    params: rows.params,
    limits: queryLimits,
    row: rowSchema,
  });
  if (!row) throw new Error('ClickHouse gave no row for sums, which are one row always');
  return totalsOf(row);
}

/** The figures of a span of whole minutes for each platform on which something happened, in the platforms' order by name. */
export async function queryTotalsByPlatform(
  client: ClickHouseClient,
  scope: Scope,
  span: Span,
): Promise<PlatformTotals[]> {
  const rows = rowsOf(scope, segmentsOf(span, rollups), ['platform', ...sums, ...quantiles]);
  const found = await select(client, {
    name: 'totals-by-platform',
    sql: `SELECT part.platform AS platform, ${columns} FROM ${rows.sql} AS part GROUP BY platform ORDER BY platform`,
    params: rows.params,
    limits: queryLimits,
    row: rowSchema.extend({ platform }),
  });
  return found.map((row) => ({ platform: row.platform, totals: totalsOf(row) }));
}

function totalsOf(row: z.output<typeof rowSchema>): Totals {
  return {
    conversationsOpened: row.opened,
    conversationsResolved: row.resolved,
    messagesReceived: row.received,
    messagesSent: row.sent,
    botMessages: row.bot_messages,
    botResolutionRate: row.resolved === 0 ? null : row.resolved_by_bot / row.resolved,
    firstResponse: durationsOf(row.first_response_count, row.first_response_sum, row.first_response_quantiles),
    resolution: durationsOf(row.resolution_count, row.resolution_sum, row.resolution_quantiles),
    deliveryFailures: row.delivery_failures,
  };
}

function durationsOf(count: number, sum: number, levels: readonly (number | null)[]): z.output<typeof durations> {
  if (count === 0) return { average: null, p50: null, p90: null, p95: null };
  const [p50 = null, p90 = null, p95 = null] = levels;
  return { average: sum / count, p50, p90, p95 };
}
