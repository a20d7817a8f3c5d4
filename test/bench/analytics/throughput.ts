import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { eventOf, fact } from '#analytics/testing/facts.ts';
import { openNats } from '#analytics/testing/sinkHarness.ts';
import { createNats } from '#infra/embedded/nats.ts';
import { eventSubject } from '#platform/events/catalogue.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { startChild } from '../live/child.ts';
import type { Row } from '../table.ts';
import { bucketsOf, quantile, since } from '../webhooks/serverLatency.ts';
import type { Counted, Question } from './sinkProcess.ts';

const LIMIT = 50_000;
const COMPANIES = 200;
/** A busy day, well below what can be written. */
const LIVE_RATE = 5_000;
const TICK_MS = 20;
/** Often enough, and no load by itself. */
const LOOK_MS = 100;

type Ask = <T>(question: Question) => Promise<T>;

/** How fast what waits in the stream is written and counted, and how late what comes in steadily is. */
export async function throughput({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-sink-'));
  const server = createNats({ dataDir, log: () => undefined });
  await server.start();
  const nats = await openNats(server.url());
  const sink = startChild('../analytics/sinkProcess.ts', [join(dataDir, 'analytics'), server.url()]);
  const ask: Ask = (question) => sink.ask(question);
  const count = () => ask<Counted>({ kind: 'count' });
  const until = async (least: number): Promise<Counted> => {
    for (;;) {
      const now = await count();
      if (now.counted >= least) return now;
      await pause(LOOK_MS);
    }
  };
  try {
    const waiting = quick ? 250_000 : 2_000_000;
    await count();
    await publish(nats, waiting);
    const startedAt = performance.now();
    await ask({ kind: 'start' });
    // Getting the shares is no work.
    await untilTold(ask, /^switchboard_analytics_sink_shares\{.*\} [1-9]/m);
    const beganAt = performance.now();
    const first = await count();
    const last = await until(waiting);
    const perSecond = waiting / ((performance.now() - beganAt) / 1_000);
    const microseconds = ((last.seconds - first.seconds) / waiting) * 1e6;
    const seconds = (performance.now() - startedAt) / 1_000;
    // The delays of the last batches are told a moment after these are counted, and with them that nothing is left.
    const nothingLeft = /^switchboard_analytics_sink_lag_events\{.*\} 0$/m;
    await untilTold(ask, nothingLeft);
    const before = await delays(ask);
    const live = quick ? 50_000 : 150_000;
    await publish(nats, live, LIVE_RATE);
    await until(waiting + live);
    await untilTold(ask, nothingLeft);
    const during = since(before, await delays(ask));
    const delay = (share: number): string => quantile(during, share).toFixed(0);
    return [
      {
        figure: 'from JetStream to the rollups, events a second',
        measured: perSecond.toFixed(0),
        limit: String(LIMIT),
      },
      {
        figure: 'processor time of sink and engine for an event, µs',
        measured: microseconds.toFixed(1),
        limit: `${String(2e6 / LIMIT)} on two cores`,
      },
      {
        figure: `${String(waiting)} that waited, first to last, s`,
        measured: seconds.toFixed(1),
        limit: 'the sink’s start included',
      },
      {
        figure: `delay at ${String(LIVE_RATE)} a second, first of a batch, p50 / p95 ms`,
        measured: `${delay(0.5)} / ${delay(0.95)}`,
        limit: 'a batch ends after a second',
      },
    ];
  } finally {
    await sink.stop();
    await nats.stop();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Until the sink's metrics have such a line. */
async function untilTold(ask: Ask, line: RegExp): Promise<void> {
  while (!line.test(await metricsOf(ask))) await pause(LOOK_MS);
}

async function metricsOf(ask: Ask): Promise<string> {
  const { text } = await ask<{ readonly text: string }>({ kind: 'metrics' });
  return text;
}

/** The sink's own measure of how late the first event of each batch is. */
async function delays(ask: Ask) {
  return bucketsOf(
    await metricsOf(ask),
    /^switchboard_analytics_sink_delay_seconds_bucket\{le="([\d.]+|\+Inf)".*\} (\d+)$/gm,
  );
}

/** Events of two hundred companies, ids of their own and as large as the platform's, in the order and at the rate told. */
async function publish(nats: NatsPart, count: number, perSecond = Infinity): Promise<void> {
  const kinds = (['received', 'sent', 'delivered', 'opened', 'resolved'] as const).map((what) => fact(what));
  const companies = Array.from({ length: COMPANIES }, () => v7());
  // One of each, as text, in which the ids and the time are put that differ: what is measured is not the making of events.
  const templates = companies.flatMap((company) =>
    kinds.map((kind) => {
      const event = eventOf(company, kind);
      return { id: event.id, at: event.occurredAt, subject: eventSubject(event), text: JSON.stringify(event) };
    }),
  );
  const startedAt = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(
      count,
      perSecond === Infinity ? sent + 5_000 : ((performance.now() - startedAt) / 1_000) * perSecond,
    );
    for (; sent < due; sent++) {
      const template = templates[sent % templates.length];
      if (!template) throw new RangeError('there is a template of each kind');
      const { id, at, subject, text } = template;
      nats.connection.publish(subject, text.replace(id, v7()).replace(at, new Date().toISOString()));
    }
    await nats.connection.flush();
    if (perSecond !== Infinity) await pause(TICK_MS);
  }
}
