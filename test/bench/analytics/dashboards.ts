import { createHistogram } from 'node:perf_hooks';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Statement } from '#analytics/testing/intercepted.ts';
import { agentOf, listening, openService } from '#analytics/testing/serviceHarness.ts';
import type { Row } from '../table.ts';
import type { SeededEvents } from './seed.ts';

const DAY_MS = 86_400_000;
const COLD_LIMIT_MS = 50;
const CACHED_LIMIT_MS = 3;
/** Until V8 has compiled what a request runs through, one that is answered from memory and one that is worked out. */
const WARM_ASKS = 1_000;
const WARM_QUESTIONS = 40;

/** What the page of a dashboard asks. */
const dashboard = `query Dashboard($range: TimeRange!, $interval: Interval!) {
  dashboard(range: $range) {
    totals { ...figures }
    previousTotals { ...figures }
    received: series(metric: MESSAGES_RECEIVED, interval: $interval) { at value }
    sent: series(metric: MESSAGES_SENT, interval: $interval) { at value }
    firstResponse: series(metric: FIRST_RESPONSE_TIME, interval: $interval) { at value }
    byPlatform { platform totals { ...figures } }
  }
}
fragment figures on DashboardTotals {
  conversationsOpened conversationsResolved messagesReceived messagesSent botMessages botResolutionRate deliveryFailures
  firstResponse { average p50 p90 p95 }
  resolution { average p50 p90 p95 }
}`;

/** The same totals, without rollups. */
const naive = `SELECT countIf(type = 'conversation.opened') AS opened, countIf(status_to = 'RESOLVED') AS resolved,
    countIf(direction = 'INBOUND') AS received, countIf(direction = 'OUTBOUND' AND NOT is_private) AS sent,
    countIf(author_kind = 'BOT') AS bot, countIf(delivery_status = 'FAILED') AS failures,
    avg(first_response_seconds) AS responded, quantiles(0.5, 0.9, 0.95)(first_response_seconds) AS responses,
    avg(resolution_seconds) AS solved, quantiles(0.5, 0.9, 0.95)(resolution_seconds) AS solutions
  FROM analytics.events WHERE company_id = {company:UUID}
    AND at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`;

const ranges = [
  { name: 'a day', ms: DAY_MS, interval: 'HOUR' },
  { name: 'a month', ms: 30 * DAY_MS, interval: 'DAY' },
  { name: 'a year', ms: 364 * DAY_MS, interval: 'WEEK' },
] as const;

const statistics = z.object({ rows_read: z.coerce.number(), bytes_read: z.coerce.number() });

/**
 * A whole dashboard through the service, of the company with most events and of one in the middle: asked for the first time, each
 * with a range of its own, and again; with what ClickHouse read for it, and the same totals from the raw events beside it.
 */
export async function dashboards(
  { clickhouse, end, companies }: SeededEvents,
  { natsUrl, redisUrl, times }: { readonly natsUrl: string; readonly redisUrl: string; readonly times: number },
): Promise<Row[]> {
  const client = clickhouse.client();
  const asked: Statement[] = [];
  const service = await openService({ clickhouse: listening(client, asked), natsUrl, redisUrl });
  const rows: Row[] = [{ figure: 'dashboard of a company', measured: 'p50 / p95 ms, rows, MB read', limit: 'p95 ms' }];
  try {
    const [largest, middle] = [companies[0], companies[companies.length >> 1]];
    for (const company of [largest, middle]) {
      if (!company) throw new Error('the seed has companies');
      const identity = agentOf(company.companyId);
      for (const { name, ms, interval } of ranges) {
        const ask = async (shift: number): Promise<void> => {
          const range = { from: new Date(end - shift - ms).toISOString(), to: new Date(end - shift).toISOString() };
          const { errors } = await service.query(identity, dashboard, { range, interval });
          if (errors) throw new Error(JSON.stringify(errors));
        };
        const figure = `${name}, ${String(company.events)} events`;
        process.stderr.write(`\r\x1b[K${figure} `);
        // Brings files into memory and compiles code, as a running service has them.
        let question = 1;
        while (question <= WARM_QUESTIONS) await ask(question++ * 60_000);
        for (let warm = 1; warm <= WARM_ASKS; warm++) await ask(60_000);
        asked.length = 0;
        await ask(question++ * 60_000);
        const read = await readBy(client, asked);
        const cold = await timesOf(times, () => ask(question++ * 60_000));
        // What nobody has asked for is not kept: the first of these is no answer that is.
        const kept = question * 60_000;
        await ask(kept);
        const cached = await timesOf(times * 5, () => ask(kept));
        const raw = await timesOf(Math.max(3, times >> 2), async () => {
          const query_params = { company: company.companyId, from: end - ms, to: end };
          await (await client.query({ query: naive, query_params, format: 'JSONEachRow' })).json();
        });
        const rawRead = await readBy(client, [
          { query: naive, query_params: { company: company.companyId, from: end - ms, to: end } },
        ]);
        rows.push(
          { figure: `${figure}: asked first`, measured: `${cold}, ${read}`, limit: String(COLD_LIMIT_MS) },
          { figure: `${figure}: asked again`, measured: cached, limit: String(CACHED_LIMIT_MS) },
          { figure: `${figure}: its totals from raw events`, measured: `${raw}, ${rawRead}`, limit: 'the naive way' },
        );
      }
    }
  } finally {
    process.stderr.write('\r\x1b[K');
    await service.close();
  }
  return rows;
}

/** What ClickHouse reads for statements, as it says itself. */
async function readBy(client: ClickHouseClient, statements: readonly Statement[]): Promise<string> {
  let [rows, bytes] = [0, 0];
  for (const statement of statements) {
    if (!statement.query.includes('company')) continue;
    const result = await client.query({ ...statement, format: 'JSON' });
    const read = statistics.parse((await result.json<unknown>()).statistics);
    rows += read.rows_read;
    bytes += read.bytes_read;
  }
  return `${String(rows)}, ${(bytes / 1e6).toFixed(1)}`;
}

async function timesOf(times: number, work: (turn: number) => Promise<void>): Promise<string> {
  const latency = createHistogram();
  for (let turn = 0; turn < times; turn++) {
    const since = performance.now();
    await work(turn);
    latency.record(Math.max(1, Math.round((performance.now() - since) * 1_000)));
  }
  const ms = (percentile: number): string => (latency.percentile(percentile) / 1_000).toFixed(1);
  return `${ms(50)} / ${ms(95)}`;
}
