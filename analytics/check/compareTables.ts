import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import type { Span } from '../queries/segments.ts';
import { planOf, readPlans, type Plans } from '../retention/plans.ts';
import { byDay, byHour, byMinute, byWeek, firstStart, type Grain } from '../grains.ts';
import { ROLLUPS, WHOLE_CUBES } from '../rollups.ts';
import type { Difference } from './difference.ts';

const limits = { seconds: 60, bytes: 4_000_000_000 };
const DAY_MS = 86_400_000;
/** Of that many differences one knows enough. */
const MOST = 1_000;

/** Each grain that is compared with the events, and in pieces of which length. */
const comparisons: readonly { readonly grain: Grain; readonly piece: Grain }[] = [
  { grain: byMinute, piece: byHour },
  { grain: byHour, piece: byHour },
  { grain: byDay, piece: byDay },
];

const place = z.object({ companyId: z.string(), at: z.coerce.number() });
const ofEvents = place.extend({ events: z.coerce.number(), ids: z.coerce.number(), counted: z.coerce.number() });
const ofWeeks = place.extend({ days: z.coerce.number(), weeks: z.coerce.number() });

/**
 * Counts the events of a span, their ids and what the rollups of each grain have counted, by company and hour or day. Of the pieces that have not
 * ended nothing is said, nor of events that their company's plan lets go.
 */
export async function compareTables(client: ClickHouseClient, span: Span): Promise<Difference[]> {
  const plans = await readPlans(client);
  const differences = await compareWeeks(client, span, plans);
  for (const { grain, piece } of comparisons) {
    const within = (time: string) => withinSql(time, firstStart(piece, span.from), piece.startOf(span.to));
    const rows = await select(client, {
      name: 'check',
      sql: `SELECT company_id AS companyId, toUnixTimestamp(piece) * 1000 AS at,
          sum(raw) AS events, sum(distinct_ids) AS ids, sum(figures) AS counted
        FROM (
          SELECT company_id, ${piece.bucketOf('at')} AS piece, count() AS raw, uniqExact(event_id) AS distinct_ids, 0 AS figures
          FROM analytics.events WHERE ${within('at')} GROUP BY company_id, piece
          UNION ALL
          SELECT company_id, ${piece.bucketOf('bucket')} AS piece, 0, 0, sum(events) / ${WHOLE_CUBES}
          FROM ${ROLLUPS} WHERE ${within('bucket')} AND grain = '${grain.name}' AND cube != 'label' GROUP BY company_id, piece
        )
        GROUP BY company_id, piece HAVING events != ids OR events != counted
        ORDER BY piece, company_id LIMIT ${MOST}`,
      limits,
      row: ofEvents,
    });
    for (const { companyId, at, events, ids, counted } of rows) {
      const plan = planOf(plans, companyId);
      if (plan && isGone(at, plan.eventsDays)) continue;
      const where = { companyId, at: new Date(at).toISOString() };
      if (events !== counted) differences.push({ ...where, what: `rollups by ${grain.name}`, events, other: counted });
      // Said once, with the first grain of its kind.
      if (events !== ids && grain === byMinute) differences.push({ ...where, what: 'ids', events, other: ids });
    }
  }
  return differences;
}

/**
 * Counts what weeks have against what their days have, also where they have not ended: both are of the same parts, and of one table as it
 * is at one moment. Days go sooner than their week.
 */
async function compareWeeks(client: ClickHouseClient, span: Span, plans: Plans): Promise<Difference[]> {
  const rows = await select(client, {
    name: 'check-weeks',
    sql: `SELECT company_id AS companyId, toUnixTimestamp(${byWeek.bucketOf('bucket')}) * 1000 AS at,
        sumIf(events, grain = '${byDay.name}') / ${WHOLE_CUBES} AS days, sumIf(events, grain = '${byWeek.name}') / ${WHOLE_CUBES} AS weeks
      FROM ${ROLLUPS} WHERE ${withinSql('bucket', byWeek.startOf(span.from), firstStart(byWeek, span.to))}
        AND grain IN ('${byDay.name}', '${byWeek.name}') AND cube != 'label'
      GROUP BY companyId, at HAVING days != weeks ORDER BY at, companyId LIMIT ${MOST}`,
    limits,
    row: ofWeeks,
  });
  return rows
    .filter(({ companyId, at }) => !isGone(at, planOf(plans, companyId)?.figuresDays ?? Infinity))
    .map(({ companyId, at, days: events, weeks: other }) => {
      return { companyId, at: new Date(at).toISOString(), what: 'rollups by week', events, other };
    });
}

function withinSql(time: string, from: number, to: number): string {
  return `${time} >= toDateTime(${from / 1_000}, 'UTC') AND ${time} < toDateTime(${to / 1_000}, 'UTC')`;
}

function isGone(at: number, days: number): boolean {
  return at + (days - 1) * DAY_MS < Date.now();
}
