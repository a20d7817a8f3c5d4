import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { migrate } from '#analytics/clickhouse/migrate.ts';
import { oneBlock, settingsClause } from '#analytics/clickhouse/statements.ts';
import { migrations } from '#analytics/migrations/index.ts';
import { monthsOf, startOf } from '#analytics/rebuild/months.ts';
import { slicesOf, type Weighed } from '#analytics/rebuild/slices.ts';
import { counters, cubes, durations, ROLLUPS, rollups } from '#analytics/rollups.ts';
import { fillStatement } from '#analytics/sink/fill.ts';
import { positionOf } from '#analytics/sink/position.ts';
import { SHARES } from '#analytics/sink/shares.ts';
import { createClickHouse, type ClickHouse } from '#infra/embedded/clickhouse.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';

export const COMPANIES = 200;
const MONTHS = 12;
/** Events that one statement makes, as one part: to merge a month of smaller ones takes twice as long as to make it. */
const CHUNK = 2_500_000;
/** Events that one statement counts, in some four gigabytes: nearly each of them is a row of minutes in each cube. */
const SLICE_EVENTS = 1_000_000;
/** Goes up when what is seeded changes in what is not signed below, so that it is made anew: how its rows are reckoned, say. */
const VERSION = 4;
const limits = { seconds: 600, bytes: 8_000_000_000 };

export interface SeededEvents {
  readonly clickhouse: ClickHouse;
  /** The end of the last month. */
  readonly end: number;
  /** Most events first. */
  readonly companies: readonly Weighed[];
}

/** ClickHouse with a year of events of 200 companies, of which some have thirty times as many as others; an earlier run's, where there is one. */
export async function seededEvents(options: {
  readonly dataDir: string;
  readonly events: number;
}): Promise<SeededEvents> {
  const { dataDir, events } = options;
  const counted = { counters, cubes, durations, columns: rollups.map(({ columns }) => columns) };
  const made = JSON.stringify([VERSION, events, migrations, counted]);
  const signature = createHash('sha256').update(made).digest('hex');
  const file = join(dataDir, 'seeded.json');
  const earlier = await readFile(file, 'utf8').catch(() => '{}');
  const known = JSON.parse(earlier) as { signature?: string; end?: number; months?: number };
  const isThere = known.signature === signature && known.end !== undefined;
  if (!isThere) await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true });
  const clickhouse = createClickHouse(dataDir);
  await clickhouse.start();
  const end = isThere ? (known.end ?? 0) : monthAfter(Date.now());
  const begun = isThere ? (known.months ?? 0) : 0;
  // What was cut short goes on with the month that it was in.
  await fill(clickhouse.client(), { events, end, begun }, (months) =>
    writeFile(file, JSON.stringify({ signature, end, months })),
  );
  // A year that came in an hour would be merged for an hour more, in the midst of what is measured.
  await clickhouse.client().command({ query: 'SYSTEM STOP MERGES' });
  return {
    clickhouse,
    end,
    companies: (await companiesOf(clickhouse.client())).toSorted((a, b) => b.events - a.events),
  };
}

async function fill(
  client: ClickHouseClient,
  { events, end, begun }: { readonly events: number; readonly end: number; readonly begun: number },
  filled: (months: number) => Promise<void>,
): Promise<void> {
  if (begun === MONTHS) return;
  const startedAt = performance.now();
  const progress = (step: string): void => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
    process.stderr.write(`\r\x1b[K${String(events)} events, ${seconds} s: ${step} `);
  };
  await migrate(client, migrations, { logger });
  const last = new Date(end);
  const months = monthsOf({ from: Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - MONTHS), to: end });
  const ofMonth = Math.ceil(events / months.length);
  for (const [index, month] of months.entries()) {
    if (index < begun) continue;
    for (const table of ['analytics.events', ROLLUPS]) {
      await client.command({ query: `ALTER TABLE ${table} DROP PARTITION ${String(month)}` });
    }
    await client.command({
      query: `DELETE FROM ${ROLLUPS} WHERE grain IN ('day', 'week') AND toYYYYMM(bucket) = ${String(month)}`,
    });
    for (let done = 0; done < ofMonth; done += CHUNK) {
      progress(`events of ${String(month)}, ${String(index * ofMonth + done)}`);
      const first = index * ofMonth + done;
      const count = Math.min(CHUNK, ofMonth - done);
      const days =
        ((months[index + 1] === undefined ? end : startOf(months[index + 1] ?? 0)) - startOf(month)) / 86_400_000;
      await client.command({ query: eventsStatement({ first, count, start: startOf(month) / 1_000, days }) });
    }
    const companies = await companiesOf(client, month);
    for (const slice of slicesOf(companies, SLICE_EVENTS)) {
      progress(`${String(slice.length)} companies of ${String(month)}`);
      // Side by side, for the writing of each is the work of one core.
      await Promise.all(
        rollups.map((rollup) =>
          client.command({
            query: fillStatement({ rollup, months: [month], limits }),
            query_params: { from: '0', companies: slice.map(({ companyId }) => companyId) },
          }),
        ),
      );
    }
    if (index + 1 < months.length) await filled(index + 1);
  }
  // As a day leaves it: what is older is one part of each month, and of days and weeks one of each year.
  const years = months.map((month) => Math.floor(month / 100));
  for (const partition of new Set([...months, ...years])) {
    progress(`one part of ${String(partition)}`);
    await client.command({ query: `OPTIMIZE TABLE ${ROLLUPS} PARTITION ${String(partition)} FINAL` });
  }
  // As a sink leaves it that has written all of this: it does not look through a year of events at its start.
  await client.command({
    query: `INSERT INTO analytics.checkpoints SELECT number, ${positionOf(1, events + CHUNK).toString()}, now() FROM numbers(${String(SHARES)})`,
  });
  await filled(months.length);
  process.stderr.write('\r\x1b[K');
}

async function companiesOf(client: ClickHouseClient, month?: number): Promise<Weighed[]> {
  const result = await client.query({
    query: `SELECT company_id AS companyId, toUInt32(count()) AS events FROM analytics.events
      ${month === undefined ? '' : `WHERE toYYYYMM(at) = ${String(month)}`} GROUP BY company_id ORDER BY company_id`,
    format: 'JSONEachRow',
  });
  return result.json<Weighed>();
}

/** The first instant of the next month. */
function monthAfter(instant: number): number {
  const at = new Date(instant);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
}

/**
 * Events as an inbox makes them: most on working days' hours, messages mostly, agents who answer after minutes, each company with
 * four channels, thirty agents and five teams.
 */
function eventsStatement(of: { first: number; count: number; start: number; days: number }): string {
  const draw = (salt: number) => `(cityHash64(n, ${String(salt)}) / 18446744073709551616.)`;
  const id = (...parts: string[]) => `reinterpretAsUUID(sipHash128(${parts.join(', ')}))`;
  const isMessage = `type = 'conversation.message.created'`;
  const isSent = `${isMessage} AND direction = 'OUTBOUND'`;
  return `INSERT INTO analytics.events
    (company_id, at, event_id, type, actor_kind, conversation_id, contact_id, channel_id, platform, agent_id, team_id, message_id,
      direction, author_kind, is_private, status_from, status_to, delivery_status, failure_code, touched_by_agent,
      first_response_seconds, resolution_seconds, position)
    WITH
      number + ${String(of.first)} AS n,
      toUInt32(${String(COMPANIES)} * pow(${draw(1)}, 2)) AS company,
      ${String(of.start)} + toUInt32(${draw(2)} * ${String(of.days)}) * 86400
        + 6 * 3600 + (${draw(3)} + ${draw(4)}) * 7 * 3600 AS seconds,
      ${draw(5)} AS kind,
      toUInt8(${draw(6)} * 4) AS channel,
      toUInt8(${draw(7)} * 30) AS agent,
      toUInt32(${draw(8)} * 40) AS person,
      kind < 0.45 OR kind >= 0.97 AS of_contact,
      kind >= 0.45 AND kind < 0.55 AS of_bot
    SELECT
      ${id(`'company'`, 'company')} AS company_id,
      toDateTime64(seconds, 3, 'UTC') AS at,
      generateUUIDv4() AS event_id,
      multiIf(kind < 0.75, 'conversation.message.created', kind < 0.89, 'conversation.message.updated',
        kind < 0.93, 'conversation.opened', kind < 0.97, 'conversation.status.changed', 'conversation.read') AS type,
      multiIf(of_contact, 'contact', of_bot, 'bot', 'agent') AS actor_kind,
      ${id(`'conversation'`, 'company', 'person', 'intDiv(toUInt32(seconds), 40000)')} AS conversation_id,
      ${id(`'contact'`, 'company', 'person', 'intDiv(toUInt32(seconds), 40000)')} AS contact_id,
      ${id(`'channel'`, 'company', 'channel')} AS channel_id,
      ['TELEGRAM', 'WHATSAPP', 'MESSENGER', 'WEB_CHAT'][channel + 1] AS platform,
      ${id(`'agent'`, 'company', 'agent')} AS agent_id,
      ${id(`'team'`, 'company', 'agent % 5')} AS team_id,
      if(kind < 0.89, generateUUIDv4(1), toUUID('00000000-0000-0000-0000-000000000000')) AS message_id,
      multiIf(kind < 0.45, 'INBOUND', kind < 0.75, 'OUTBOUND', '') AS direction,
      multiIf(kind < 0.45, 'CONTACT', of_bot, 'BOT', kind < 0.75, 'AGENT', '') AS author_kind,
      ${isSent} AND ${draw(9)} < 0.05 AS is_private,
      if(type = 'conversation.status.changed', 'OPEN', '') AS status_from,
      multiIf(type != 'conversation.status.changed', '', ${draw(10)} < 0.9, 'RESOLVED', 'SNOOZED') AS status_to,
      multiIf(kind < 0.45, 'RECEIVED', kind < 0.75, 'QUEUED', kind >= 0.89, '', ${draw(11)} < 0.02, 'FAILED', 'DELIVERED') AS delivery_status,
      if(delivery_status = 'FAILED', 'BLOCKED', '') AS failure_code,
      ${draw(12)} < 0.7 AS touched_by_agent,
      if(${isSent} AND ${draw(13)} < 0.15, -log(${draw(14)} + 1e-9) * 600, NULL) AS first_response_seconds,
      if(status_to = 'RESOLVED', -log(${draw(15)} + 1e-9) * 14400, NULL) AS resolution_seconds,
      ${positionOf(1, 1).toString()} + n AS position
    FROM numbers(${String(of.count)})
    ${settingsClause('bench-seed', limits, oneBlock)}`;
}
