import type { ClickHouseClient } from '@clickhouse/client';
import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { z } from 'zod';
import type { NatsPart } from '#platform/events/nats.ts';
import { EVENTS } from '#platform/events/streams.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { select } from '../clickhouse/statements.ts';
import { SINK_FILTER } from '../sink/createSink.ts';
import { epochOf, positionOf, sequenceOf } from '../sink/position.ts';
import { subjectOf } from '../sink/readBatch.ts';
import { SHARES } from '../sink/shares.ts';
import type { Difference } from './difference.ts';

const limits = { seconds: 60, bytes: 2_000_000_000 };
const LOOK_AGAIN_MS = 500;

/**
 * Counts the messages that the stream has, by company and type, against what was made of them: rows, and what was left out. Types
 * of which no rows are made are no matter.
 *
 * @param options.patienceMs How long it may take until everything is written that the stream had at the beginning.
 * @returns undefined when it took longer: the sinks are behind, or away
 */
export async function compareStream(
  { nats, clickhouse }: { readonly nats: NatsPart; readonly clickhouse: ClickHouseClient },
  options: { readonly patienceMs: number; readonly signal: AbortSignal },
): Promise<Difference[] | undefined> {
  const { state } = await nats.manager.streams.info(EVENTS.name, { subjects_filter: SINK_FILTER });
  const deadline = performance.now() + options.patienceMs;
  let epoch: number | undefined;
  while ((epoch = await epochWritten(nats, clickhouse, state.last_seq)) === undefined) {
    if (performance.now() > deadline || options.signal.aborted) return undefined;
    await pause(LOOK_AGAIN_MS, options.signal);
  }
  const made = await countMade(clickhouse, positionOf(epoch, state.first_seq), positionOf(epoch, state.last_seq));
  const types = new Set([...made.keys()].map((key) => key.split(' ')[1] ?? ''));
  const told = new Map<string, number>();
  for (const [subject, count] of Object.entries(state.subjects ?? {})) {
    const { companyId, type } = subjectOf({ subject });
    const key = `${companyId} ${type}`;
    if (types.has(type)) told.set(key, (told.get(key) ?? 0) + count);
  }
  return [...new Set([...made.keys(), ...told.keys()])]
    .filter((key) => made.get(key) !== told.get(key))
    .map((key) => {
      const [companyId = '', type = ''] = key.split(' ');
      return { companyId, what: 'stream', at: type, events: made.get(key) ?? 0, other: told.get(key) ?? 0 };
    });
}

/** The epoch of the stream, when all that it had up to `last` is written; undefined as long as it is not. */
async function epochWritten(nats: NatsPart, client: ClickHouseClient, last: number): Promise<number | undefined> {
  const [row] = await select(client, {
    name: 'check-written',
    sql: `SELECT count() AS shares, min(upto) AS position, (SELECT max(epoch) FROM analytics.streams) AS epoch
      FROM (SELECT share, max(position) AS upto FROM analytics.checkpoints GROUP BY share)`,
    limits,
    row: z.object({ shares: z.coerce.number(), position: z.coerce.bigint(), epoch: z.number() }),
  });
  if (row?.shares !== SHARES || epochOf(row.position) !== row.epoch) return undefined;
  const written = sequenceOf(row.position);
  if (written >= last) return row.epoch;
  // What follows may be no facts of conversations: a checkpoint stands at one of those.
  const { name, num_pending: pending } = await nats.manager.consumers.add(EVENTS.name, {
    description: 'analytics check',
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: written + 1,
    filter_subject: SINK_FILTER,
    inactive_threshold: nanos(5_000),
    mem_storage: true,
  });
  await nats.manager.consumers.delete(EVENTS.name, name);
  return pending === 0 ? row.epoch : undefined;
}

async function countMade(client: ClickHouseClient, first: bigint, last: bigint): Promise<Map<string, number>> {
  const rows = await select(client, {
    name: 'check-stream',
    sql: `SELECT company_id AS companyId, toString(type) AS kind, uniqExact(position) AS made
      FROM (
        SELECT company_id, type, position FROM analytics.events
        WHERE position BETWEEN {first:UInt64} AND {last:UInt64}
        UNION ALL
        SELECT company_id, type, position FROM analytics.left_out
        WHERE position BETWEEN {first:UInt64} AND {last:UInt64}
      ) GROUP BY companyId, kind`,
    params: { first: first.toString(), last: last.toString() },
    limits,
    row: z.object({ companyId: z.string(), kind: z.string(), made: z.coerce.number() }),
  });
  return new Map(rows.map(({ companyId, kind, made }) => [`${companyId} ${kind}`, made]));
}
