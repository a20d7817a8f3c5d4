import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ClickHouseClient, ExecResult } from '@clickhouse/client';
import { connectNats, type NatsPart } from '#platform/events/nats.ts';
import { createEventBus } from '#platform/events/bus.ts';
import { ensureStreams } from '#platform/events/streams.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { oneServer } from '../clickhouse/ddl.ts';
import { grains } from '../grains.ts';
import { ROLLUPS } from '../rollups.ts';
import { createSink } from '../sink/createSink.ts';
import { eventOf, type Fact } from './facts.ts';
import { intercepted, writes } from './intercepted.ts';

export const metrics = createMetrics({ service: 'test' });

/** A connection to NATS with the project's streams. */
export async function openNats(url: string): Promise<NatsPart> {
  const nats = connectNats({ url, name: 'test', logger: silentLogger, metrics });
  await nats.start();
  await ensureStreams(nats.manager);
  return nats;
}

export function sinkOf(nats: NatsPart, clickhouse: ClickHouseClient, { batchRows = 100, leaseMs = 6_000 } = {}) {
  const tellChanges = async () => undefined;
  const common = { nats, clickhouse, layout: oneServer, tellChanges, logger: silentLogger, metrics };
  return createSink({ ...common, batchRows, leaseMs });
}

/** The same ClickHouse, of which each statement that writes fails while `fails` says so. */
export function unreliable(clickhouse: ClickHouseClient, fails: () => boolean): ClickHouseClient {
  return intercepted(clickhouse, async (call) => {
    if (writes(call) && fails()) throw new Error('connect ECONNREFUSED');
    return call.run();
  });
}

/** The same ClickHouse, which gets something that it cannot read in the place of an event's id. */
export function garbling(clickhouse: ClickHouseClient, eventId: string): ClickHouseClient {
  return intercepted(clickhouse, async ({ statement, run }) => {
    if (!statement.values) return run();
    const values = (await text(statement.values)).replaceAll(`"${eventId}"`, '"garbled"');
    return run({ ...statement, values: Readable.from([values], { objectMode: false }) });
  });
}

/**
 * The same ClickHouse, but the answer to the first insert into a table is lost on the way: it fails at once, which `lost` says, and is
 * carried out `ms` later. `late` resolves when it has been.
 */
export function losingAnAnswer(clickhouse: ClickHouseClient, table: string, ms: number) {
  const [failed, carriedOut] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isLost = false;
  const client = intercepted(clickhouse, async ({ statement, run }) => {
    if (isLost || !statement.query.includes(`INSERT INTO ${table} `)) return run();
    isLost = true;
    failed.resolve();
    setTimeout(() => {
      const late = run() as Promise<Partial<ExecResult<Readable>>>;
      late.then(
        ({ stream = Readable.from([]) }) => stream.resume().once('close', carriedOut.resolve),
        carriedOut.reject,
      );
    }, ms);
    throw new Error('socket hang up');
  });
  return { client, lost: failed.promise, late: carriedOut.promise };
}

/** Tells the facts of a company, in their order; resolves when the stream has them. */
export async function publish(nats: NatsPart, companyId: string, facts: readonly Fact[]) {
  const events = facts.map((fact) => eventOf(companyId, fact));
  await createEventBus({ nats, metrics }).publish(events);
  return events;
}

/** How often each grain has counted the events of a company, and how many there are. */
export async function counts(clickhouse: ClickHouseClient, companyId: string) {
  const result = await clickhouse.query({
    query: `SELECT
      (SELECT count() FROM analytics.events WHERE company_id = {company:UUID}) AS events,
      (SELECT uniqExact(event_id) FROM analytics.events WHERE company_id = {company:UUID}) AS ids,
      ${grains.map(({ name }) => `(SELECT sum(events) FROM ${ROLLUPS} WHERE company_id = {company:UUID} AND cube = 'channel' AND grain = '${name}') AS by_${name}`).join(', ')}`,
    query_params: { company: companyId },
    format: 'JSONEachRow',
  });
  const [row] = await result.json<Record<string, string | number>>();
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]));
}

/** What {@link counts} says when each of `n` events is counted once everywhere. */
export function once(n: number) {
  return { events: n, ids: n, by_minute: n, by_hour: n, by_day: n, by_week: n };
}
