import { createHistogram } from 'node:perf_hooks';
import type { JetStreamClient } from '@nats-io/jetstream';
import { INGEST } from '#platform/events/streams.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { parseEvent } from '#platform/events/catalogue.ts';
import { catalogue } from '#schema/events/catalogue.ts';

/** What of the messages that were answered 200 was told to the other contexts. */
export interface Tally {
  readonly told: number;
  readonly lost: number;
  readonly doubled: number;
  /** Milliseconds from the 200 to the fact. */
  readonly lagP50: number;
  readonly lagP99: number;
}

const DRAIN_LIMIT_MS = 120_000;

/** Waits until everything that was kept is understood. */
export async function drained(nats: NatsPart): Promise<void> {
  const deadline = performance.now() + DRAIN_LIMIT_MS;
  for (let empty = 0; empty < 5; await pause(200)) {
    const { state } = await nats.manager.streams.info(INGEST.name);
    empty = state.messages === 0 ? empty + 1 : 0;
    if (performance.now() > deadline) return;
  }
}

/** @param acknowledgedAt By `<channel id> <message id>`: when it was answered 200. */
export async function tally(jetstream: JetStreamClient, acknowledgedAt: ReadonlyMap<string, number>): Promise<Tally> {
  const consumer = await jetstream.consumers.get('EVENTS', { filter_subjects: 'events.channel.*.message.received' });
  const { num_pending: pending } = await consumer.info();
  const lag = createHistogram();
  const times = new Map<string, number>();
  for (let read = 0; read < pending;) {
    for await (const message of await consumer.fetch({ max_messages: Math.min(500, pending - read), expires: 5_000 })) {
      read += 1;
      const event = parseEvent(catalogue, message.json());
      if (event?.type !== 'channel.message.received') continue;
      const id = `${event.data.channelId} ${event.data.externalMessageId}`;
      times.set(id, (times.get(id) ?? 0) + 1);
      const at = acknowledgedAt.get(id);
      if (at !== undefined) lag.record(Math.max(1, Math.round(Date.parse(event.occurredAt) - at)));
    }
  }
  const told = [...acknowledgedAt.keys()].filter((id) => times.has(id)).length;
  return {
    told,
    lost: acknowledgedAt.size - told,
    doubled: [...times.values()].filter((count) => count > 1).length,
    lagP50: lag.percentile(50),
    lagP99: lag.percentile(99),
  };
}
