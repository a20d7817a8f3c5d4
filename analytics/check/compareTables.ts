import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import type { Span } from '../queries/segments.ts';
import { planOf, readPlans } from '../retention/plans.ts';
import { byDay, byHour, byMinute, ROLLUPS, WHOLE_CUBES, type Grain } from '../rollups.ts';
import type { Difference } from './difference.ts';

const limits = { seconds: 60, bytes: 4_000_000_000 };
const DAY_MS = byDay.bucketMs;
/** Of that many differences one knows enough. */
const MOST = 1_000;

/** Each grain, and in pieces of which length it is compared. */
const comparisons: readonly { readonly grain: Grain; readonly piece: Grain }[] = [
  { grain: byMinute, piece: byHour },
  { grain: byHour, piece: byHour },
  { grain: byDay, piece: byDay },
];

const rowSchema = z.object({
  companyId: z.string(),
  at: z.coerce.number(),
  events: z.coerce.number(),
  ids: z.coerce.number(),
  counted: z.coerce.number(),
});

/**
 * Counts the events of a span, their ids and what the rollups of each grain have counted, by company and hour or day. Of the pieces that have not
 * ended nothing is said, nor of events that their company's plan lets go.
 */
export async function compareTables(client: ClickHouseClient, span: Span): Promise<Difference[]> {
  const plans = await readPlans(client);
  const differences: Difference[] = [];
  for (const { grain, piece } of comparisons) {
    const params = {
      from: Math.ceil(span.from / piece.bucketMs) * (piece.bucketMs / 1_000),
      to: Math.floor(span.to / piece.bucketMs) * (piece.bucketMs / 1_000),
    };
    const within = (time: string) =>
      `${time} >= toDateTime({from:UInt32}, 'UTC') AND ${time} < toDateTime({to:UInt32}, 'UTC')`;
    const rows = await select(client, {
      name: 'check',
      sql: `SELECT company_id AS companyId, toUnixTimestamp(piece) * 1000 AS at,
          sum(raw) AS events, sum(distinct_ids) AS ids, sum(figures) AS counted
        FROM (
          SELECT company_id, ${piece.bucketOf} AS piece, count() AS raw, uniqExact(event_id) AS distinct_ids, 0 AS figures
          FROM analytics.events WHERE ${within('at')} GROUP BY company_id, piece
          UNION ALL
          SELECT company_id, ${piece.bucketOf.replace('(at)', '(bucket)')} AS piece, 0, 0, sum(events) / ${WHOLE_CUBES}
          FROM ${ROLLUPS} WHERE ${within('bucket')} AND grain = '${grain.name}' AND cube != 'label' GROUP BY company_id, piece
        )
        GROUP BY company_id, piece HAVING events != ids OR events != counted
        ORDER BY piece, company_id LIMIT ${String(MOST)}`,
      params,
      limits,
      row: rowSchema,
    });
    for (const { companyId, at, events, ids, counted } of rows) {
      const plan = planOf(plans, companyId);
      if (plan && at + (plan.eventsDays - 1) * DAY_MS < Date.now()) continue;
      const where = { companyId, at: new Date(at).toISOString() };
      if (events !== counted) differences.push({ ...where, what: `rollups by ${grain.name}`, events, other: counted });
      // Said once, with the first grain of its kind.
      if (events !== ids && grain === byMinute) differences.push({ ...where, what: 'ids', events, other: ids });
    }
  }
  return differences;
}
