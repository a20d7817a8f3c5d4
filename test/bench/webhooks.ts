import { randomBytes } from 'node:crypto';
import { sendTraffic, type TrafficResult } from '#infra/embedded/demo/traffic.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { openChannels } from './channels/channelsStack.ts';
import { connectAccounts } from './channels/connectAccounts.ts';
import type { Row } from './table.ts';
import { createMixedTraffic } from './webhooks/mixedTraffic.ts';
import { quantile, since, webhookLatencies } from './webhooks/serverLatency.ts';
import { drained, tally } from './webhooks/tally.ts';

const RATE = 1_000;
const FASTER = [1_500, 2_000, 2_500, 3_000, 4_000, 5_000];
const P99_LIMIT_MS = 25;

/**
 * Signed traffic of four platforms at the channels service, a process of its own, which is killed twice on the way; then
 * the highest rate at which it still answers in time.
 */
export async function webhooks({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const bench = await openBench();
  try {
    // The first seconds compile code and open connections.
    await bench.send(RATE / 2, 5_000);
    const before = await webhookLatencies(bench.url);
    const steady = await bench.send(RATE, quick ? 10_000 : 30_000);
    const inside = since(before, await webhookLatencies(bench.url));
    const killed = await bench.send(RATE, quick ? 20_000 : 60_000, [1 / 3, 2 / 3]);
    await drained(bench.nats);
    const messages = bench.acknowledgedAt.size;
    const counted = await tally(bench.nats.jetstream, bench.acknowledgedAt);
    const highest = await highestRate(bench, quick ? 3_000 : 8_000);
    return [
      { figure: 'webhooks a second', measured: rateOf(steady), limit: String(RATE) },
      { figure: 'webhook to 200, p50 / p99 ms', measured: latency(steady), limit: `${String(P99_LIMIT_MS)} (p99)` },
      {
        figure: 'of that in the service, p50 / p99 ms',
        measured: `${quantile(inside, 0.5).toFixed(1)} / ${quantile(inside, 0.99).toFixed(1)}`,
        limit: 'the rest is the sender, on the same cores',
      },
      {
        figure: 'webhook to 200 with kill -9 twice',
        measured: latency(killed),
        limit: 'each sent again until its 200',
      },
      { figure: 'tries that were not answered 200 then', measured: String(killed.others), limit: '' },
      { figure: 'messages in what was answered 200', measured: String(messages), limit: '' },
      { figure: 'of them told', measured: String(counted.told), limit: String(messages) },
      { figure: 'lost / doubled', measured: `${String(counted.lost)} / ${String(counted.doubled)}`, limit: '0 / 0' },
      {
        figure: '200 to the fact, p50 / p99 ms',
        measured: `${counted.lagP50.toFixed(0)} / ${counted.lagP99.toFixed(0)}`,
        limit: 'kills included',
      },
      { figure: 'highest rate with p99 in time', measured: String(highest), limit: `${String(RATE)} a second` },
    ];
  } finally {
    await bench.close();
  }
}

type Bench = Awaited<ReturnType<typeof openBench>>;

async function openBench() {
  const app = { id: '1', secret: randomBytes(16).toString('hex') };
  const channels = await openChannels({ app, processes: 1 });
  const { nats, processes } = channels;
  const url = processes[0]?.url ?? '';
  const accounts = await connectAccounts(channels, ['TELEGRAM', 'MESSENGER', 'INSTAGRAM', 'WHATSAPP']);
  const traffic = createMixedTraffic(url, accounts, app.secret);
  const acknowledgedAt = new Map<string, number>();

  /** @param kills When the service is killed, as shares of the time. */
  async function send(rate: number, durationMs: number, kills: readonly number[] = []): Promise<TrafficResult> {
    const messages = new Map<string, readonly string[]>();
    const killing = kills.map(async (share) => {
      await pause(durationMs * share);
      await processes[0]?.kill();
      await processes[0]?.start();
    });
    const result = await sendTraffic({
      rate,
      durationMs,
      repeated: 0.03,
      signal: new AbortController().signal,
      onAcknowledged(id) {
        for (const message of messages.get(id) ?? []) acknowledgedAt.set(message, Date.now());
      },
      onProgress: ({ seconds, sent }) =>
        process.stderr.write(`\r${String(rate)} a second: ${seconds.toFixed(0)} s, ${String(sent)} webhooks `),
      next() {
        const webhook = traffic.next();
        messages.set(webhook.id, webhook.messages);
        return { target: webhook.target, update: { externalId: webhook.id, body: webhook.body } };
      },
    });
    await Promise.all(killing);
    process.stderr.write('\r\x1b[K');
    return result;
  }

  return { url, nats, acknowledgedAt, send, close: () => channels.close() };
}

/** The last rate at which nearly everything was answered, and in time. */
async function highestRate(bench: Bench, durationMs: number): Promise<number> {
  let highest = RATE;
  for (const rate of FASTER) {
    const { p99, sent, seconds } = await bench.send(rate, durationMs);
    if (p99 > P99_LIMIT_MS || sent / seconds < rate * 0.95) break;
    highest = rate;
    await drained(bench.nats);
  }
  return highest;
}

function rateOf({ sent, seconds }: TrafficResult): string {
  return (sent / seconds).toFixed(0);
}

function latency({ p50, p99 }: TrafficResult): string {
  return `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
}
