import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { v7 } from 'uuid';
import { entities } from '#channels/entities/index.ts';
import { createChannel } from '#channels/commands/createChannel.ts';
import { createCompany } from '#channels/commands/createCompany.ts';
import { channelSettings } from '#channels/settings.ts';
import { provisionDatabases } from '#infra/embedded/databases.ts';
import { sendTraffic, type TrafficResult } from '#infra/embedded/demo/traffic.ts';
import { createNats } from '#infra/embedded/nats.ts';
import { createPostgres } from '#infra/embedded/postgres.ts';
import { createRedis } from '#infra/embedded/redis.ts';
import { connectNats, type NatsPart } from '#platform/events/nats.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase } from '#platform/postgres/database.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { freePort } from '#test/stack/freePort.ts';
import type { Row } from './table.ts';
import { createChannelsProcess } from './webhooks/channelsProcess.ts';
import { createMixedTraffic, type BenchAccount } from './webhooks/mixedTraffic.ts';
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
    const steady = await bench.send(RATE, quick ? 10_000 : 30_000);
    const killed = await bench.send(RATE, quick ? 20_000 : 60_000, [1 / 3, 2 / 3]);
    await drained(bench.nats);
    const messages = bench.acknowledgedAt.size;
    const counted = await tally(bench.nats.jetstream, bench.acknowledgedAt);
    const highest = await highestRate(bench, quick ? 3_000 : 8_000);
    return [
      { figure: 'webhooks a second', measured: rateOf(steady), limit: String(RATE) },
      { figure: 'webhook to 200, p50 / p99 ms', measured: latency(steady), limit: `${String(P99_LIMIT_MS)} (p99)` },
      { figure: 'the same with kill -9 twice', measured: latency(killed), limit: 'each sent again until its 200' },
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
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  const log = (): void => undefined;
  const stores = [
    createPostgres({ dataDir, log }),
    createNats({ dataDir, log }),
    createRedis({ dataDir, log }),
  ] as const;
  const [postgres, natsServer, redis] = stores;
  await Promise.all(stores.map((store) => store.start()));
  const { channels: databases } = await provisionDatabases(postgres.url(), 'bench', logger);
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const credentialsKey = randomBytes(32).toString('base64');
  const appSecret = randomBytes(16).toString('hex');
  const service = createChannelsProcess(url, {
    HOST: '127.0.0.1',
    PORT: port,
    LOG_LEVEL: 'error',
    DATABASE_URL: databases.databaseUrl,
    RELAY_DATABASE_URL: databases.relayDatabaseUrl,
    NATS_URL: natsServer.url(),
    REDIS_URL: redis.url(),
    IDENTITY_SECRET: randomBytes(32).toString('hex'),
    CREDENTIALS_KEYS: `k1:${credentialsKey}`,
    PUBLIC_URL: url,
    // Nobody is there: what is looked up in the background fails at once, and nothing leaves this machine.
    TELEGRAM_API_URL: 'http://127.0.0.1:9',
    GRAPH_API_URL: 'http://127.0.0.1:9',
    INSTAGRAM_API_URL: 'http://127.0.0.1:9',
    FILES_URL: pathToFileURL(join(dataDir, 'files')).href,
    FILES_SECRET: randomBytes(32).toString('hex'),
    META_APP_ID: '1',
    META_APP_SECRETS: appSecret,
    META_VERIFY_TOKEN: randomBytes(16).toString('hex'),
  });
  await service.start();
  const accounts = await connectAccounts(databases.databaseUrl, credentialsKey);
  const metrics = createMetrics({ service: 'bench' });
  const nats: NatsPart = connectNats({ url: natsServer.url(), name: 'bench', logger, metrics });
  await nats.start();
  const traffic = createMixedTraffic(url, accounts, appSecret);
  const acknowledgedAt = new Map<string, number>();

  /** @param kills When the service is killed, as shares of the time. */
  async function send(rate: number, durationMs: number, kills: readonly number[] = []): Promise<TrafficResult> {
    const messages = new Map<string, readonly string[]>();
    const killing = kills.map(async (share) => {
      await pause(durationMs * share);
      await service.killAndRestart();
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

  return {
    nats,
    acknowledgedAt,
    send,
    async close() {
      await nats.stop();
      await service.stop();
      await Promise.all(stores.map((store) => store.stop()));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Two companies, each with an account on every platform. */
async function connectAccounts(databaseUrl: string, credentialsKey: string): Promise<BenchAccount[]> {
  const keyring = createKeyring({ activeKeyId: 'k1', keys: { k1: credentialsKey } });
  const pool = { max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, idleTimeoutMs: 1_000 };
  const metrics = createMetrics({ service: 'bench' });
  const database = createDatabase({
    context: 'channels',
    url: databaseUrl,
    entities,
    pool,
    catalogue,
    logger,
    metrics,
  });
  await database.start();
  const accounts: BenchAccount[] = [];
  for (const slug of ['one', 'two']) {
    const companyId = v7();
    await createCompany(database, { id: companyId, slug, name: slug, timeZone: 'Europe/Berlin' });
    for (const platform of ['TELEGRAM', 'MESSENGER', 'INSTAGRAM', 'WHATSAPP'] as const) {
      const channelId = v7();
      const externalId = String(1_000_000_000 + accounts.length);
      const webhookSecret = randomBytes(16).toString('hex');
      await createChannel(database, keyring, {
        id: channelId,
        companyId,
        platform,
        name: slug,
        externalId,
        accessToken: 'token',
        webhookSecret,
        settings: channelSettings.parse({}),
      });
      accounts.push({ platform, channelId, externalId, webhookSecret });
    }
  }
  await database.stop();
  return accounts;
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
