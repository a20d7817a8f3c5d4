import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import type { Part } from '#platform/lifecycle/part.ts';
import { createClickHouse } from './clickhouse.ts';
import { EmbeddedStackError } from './errors.ts';
import { lockDirectory } from './lock.ts';
import { createNats } from './nats.ts';
import { createPostgres } from './postgres.ts';
import { createQdrantServer } from './qdrant/server.ts';
import { reachNats, reachPostgres, reachQdrant, reachRedis } from './reach.ts';
import { createRedis } from './redis.ts';

/** Addresses of servers to use in place of the embedded ones. */
export interface StoreUrls {
  readonly databaseUrl?: string | undefined;
  readonly natsUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  readonly clickhouseUrl?: string | undefined;
  readonly qdrantUrl?: string | undefined;
}

export interface StoresOptions {
  readonly dataDir: string;
  readonly urls: StoreUrls;
  /** Takes one line of progress, or of news about a store that died and came back. */
  readonly log: (line: string) => void;
}

/** Every store of a running stack. Addresses hold credentials: they are for clients, not for logs. */
export interface Stores {
  /** As a user who may create roles and schemas. */
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly clickhouse: ClickHouseClient;
  readonly qdrantUrl: string;
  /** Within 8 seconds, also when a start failed half way. */
  stop(): Promise<void>;
}

/**
 * Brings up every store, side by side: the server at the URL where one is given (after a check that it answers), else an
 * embedded one with its data in `dataDir`. Embedded servers that die are started again until `stop`.
 * @throws {EmbeddedStackError} with one sentence and its remedy; nothing runs on then
 */
export async function startStores({ dataDir: given, urls, log }: StoresOptions): Promise<Stores> {
  const dataDir = resolve(given);
  await makeWritable(dataDir);
  const unlock = await lockDirectory(dataDir);
  const started: Part[] = [];
  const stop = async (): Promise<void> => {
    const results = await Promise.allSettled(started.map(async (part) => part.stop()));
    await unlock();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  const begin = async <P extends Part>(part: P): Promise<P> => {
    const since = performance.now();
    started.push(part);
    await part.start();
    log(`${part.name} is ready (${((performance.now() - since) / 1000).toFixed(1)} s)`);
    return part;
  };

  try {
    const starting = [
      urls.databaseUrl ?? begin(createPostgres({ dataDir, log })).then((part) => part.url()),
      urls.natsUrl ?? begin(createNats({ dataDir, log })).then((part) => part.url()),
      urls.redisUrl ?? begin(createRedis({ dataDir, log })).then((part) => part.url()),
      urls.qdrantUrl ??
        begin(createQdrantServer({ dataDir: join(dataDir, 'qdrant'), host: '127.0.0.1', port: 0 })).then((part) =>
          part.url(),
        ),
    ] as const;
    const clickhouse =
      urls.clickhouseUrl === undefined
        ? begin(createClickHouse(dataDir)).then((part) => part.client())
        : createClient({ url: urls.clickhouseUrl });
    // All of them end before a failure is passed on: what still starts could not be stopped.
    await Promise.allSettled([...starting, clickhouse]);
    const [databaseUrl, natsUrl, redisUrl, qdrantUrl] = await Promise.all(starting);
    const stores = { databaseUrl, natsUrl, redisUrl, qdrantUrl, clickhouse: await clickhouse, stop };
    await reachGiven(urls, stores, log);
    return stores;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Servers that were given have to answer now: a wrong address is easier to read here than from a service. */
async function reachGiven(urls: StoreUrls, stores: Stores, log: (line: string) => void): Promise<void> {
  const given = [
    { name: 'PostgreSQL', variable: 'DATABASE_URL', url: urls.databaseUrl, check: reachPostgres },
    { name: 'NATS', variable: 'NATS_URL', url: urls.natsUrl, check: reachNats },
    { name: 'Redis', variable: 'REDIS_URL', url: urls.redisUrl, check: reachRedis },
    { name: 'Qdrant', variable: 'QDRANT_URL', url: urls.qdrantUrl, check: reachQdrant },
    {
      name: 'ClickHouse',
      variable: 'CLICKHOUSE_URL',
      url: urls.clickhouseUrl,
      check: async () => stores.clickhouse.query({ query: 'SELECT 1' }).then((result) => result.text()),
    },
  ];
  const checks = given.map(async ({ name, variable, url, check }) => {
    if (url === undefined) return;
    try {
      await check(url);
    } catch (error) {
      throw EmbeddedStackError.unreachable(name, variable, error);
    }
    log(`${name} answers at ${new URL(url).host}`);
  });
  await Promise.all(checks);
}

async function makeWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw EmbeddedStackError.unwritable(directory, error);
  }
}
