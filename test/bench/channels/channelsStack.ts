import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { entities } from '#channels/entities/index.ts';
import { provisionDatabases } from '#infra/embedded/databases.ts';
import { createNats } from '#infra/embedded/nats.ts';
import { createPostgres } from '#infra/embedded/postgres.ts';
import { createRedis } from '#infra/embedded/redis.ts';
import { connectNats } from '#platform/events/nats.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase } from '#platform/postgres/database.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { freePort } from '#infra/embedded/ports.ts';
import { createChannelsProcess, type ChannelsProcess } from './channelsProcess.ts';

export type ChannelsStack = Awaited<ReturnType<typeof openChannels>>;

/** The app at Meta that the service is set up with. */
export interface BenchApp {
  readonly id: string;
  readonly secret: string;
}

/**
 * The channels service on stores of its own, with what a benchmark needs to look at it from the other side.
 *
 * @param options.env What differs from the defaults of its configuration.
 */
export async function openChannels(options: {
  readonly app: BenchApp;
  readonly processes: number;
  readonly env?: Readonly<Record<string, string>>;
}) {
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
  const credentialsKey = randomBytes(32).toString('base64');
  const env = {
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    DATABASE_URL: databases.databaseUrl,
    RELAY_DATABASE_URL: databases.relayDatabaseUrl,
    NATS_URL: natsServer.url(),
    REDIS_URL: redis.url(),
    IDENTITY_SECRET: randomBytes(32).toString('hex'),
    CREDENTIALS_KEYS: `k1:${credentialsKey}`,
    PUBLIC_URL: 'http://localhost:4000',
    // Nobody is there: what is looked up in the background fails at once, and nothing leaves this machine.
    TELEGRAM_API_URL: 'http://127.0.0.1:9',
    GRAPH_API_URL: 'http://127.0.0.1:9',
    INSTAGRAM_API_URL: 'http://127.0.0.1:9',
    FILES_URL: pathToFileURL(join(dataDir, 'files')).href,
    FILES_SECRET: randomBytes(32).toString('hex'),
    META_APP_ID: options.app.id,
    META_APP_SECRETS: options.app.secret,
    META_VERIFY_TOKEN: randomBytes(16).toString('hex'),
    ...options.env,
  };
  const processes: ChannelsProcess[] = [];
  for (let count = 0; count < options.processes; count++) {
    const port = String(await freePort());
    processes.push(createChannelsProcess(`http://127.0.0.1:${port}`, { ...env, PORT: port }));
  }
  await Promise.all(processes.map((process) => process.start()));

  const metrics = createMetrics({ service: 'bench' });
  const nats = connectNats({ url: natsServer.url(), name: 'bench', logger, metrics });
  const database = createDatabase({
    context: 'channels',
    url: databases.databaseUrl,
    entities,
    pool: { max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, idleTimeoutMs: 1_000 },
    catalogue,
    logger,
    metrics,
  });
  await nats.start();
  await database.start();

  return {
    processes,
    nats,
    database,
    keyring: createKeyring({ activeKeyId: 'k1', keys: { k1: credentialsKey } }),
    async close() {
      await database.stop();
      await nats.stop();
      await Promise.all(processes.map((process) => process.stop()));
      await Promise.all(stores.map((store) => store.stop()));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
