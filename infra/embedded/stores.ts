import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import type { Part } from '#platform/lifecycle/part.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { createClickHouse, type ClickHouse } from './clickhouse.ts';
import { EmbeddedStackError } from './errors.ts';
import { lockDirectory } from './lock.ts';
import { createNats } from './nats.ts';
import { stablePort } from './ports.ts';
import { createPostgres } from './postgres.ts';
import { createQdrantServer, type QdrantServer } from './qdrant/server.ts';
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
  /** Whether it is a server, and not the engine in this process. */
  readonly hasClickHouseUsers: boolean;
  readonly qdrantUrl: string;
  /** Within 8 seconds, also when a start failed half way. */
  stop(): Promise<void>;
}

/**
 * Brings up every store, side by side: the server at the URL where one is given (after a check that it answers), else an
 * embedded one with its data in `dataDir`. Embedded servers that die are started again until `stop`.
 * @throws {EmbeddedStackError} with one sentence and its remedy; nothing runs on then
 */
export async function startStores({ urls, log, ...options }: StoresOptions): Promise<Stores> {
  const dataDir = resolve(options.dataDir);
  await makeWritable(dataDir);
  const unlock = await lockDirectory(dataDir);
  const started: Part[] = [];
  const stop = async (): Promise<void> => {
    const results = await Promise.allSettled(started.map(async (part) => part.stop()));
    await unlock();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  const begin = async (part: Part): Promise<void> => {
    const since = performance.now();
    started.push(part);
    await part.start();
    log(`${part.name} is ready (${((performance.now() - since) / 1000).toFixed(1)} s)`);
  };

  try {
    const postgres =
      given('PostgreSQL', 'DATABASE_URL', urls.databaseUrl, reachPostgres) ?? createPostgres({ dataDir, log });
    const nats = given('NATS', 'NATS_URL', urls.natsUrl, reachNats) ?? createNats({ dataDir, log });
    const redis = given('Redis', 'REDIS_URL', urls.redisUrl, reachRedis) ?? createRedis({ dataDir, log });
    const qdrant = given('Qdrant', 'QDRANT_URL', urls.qdrantUrl, reachQdrant) ?? (await embeddedQdrant(dataDir));
    const clickhouse =
      urls.clickhouseUrl === undefined ? createClickHouse(dataDir) : givenClickHouse(urls.clickhouseUrl);
    // All of them end before a failure is passed on: what still starts could not be stopped.
    const outcomes = await Promise.allSettled([postgres, nats, redis, qdrant, clickhouse].map(begin));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return {
      databaseUrl: postgres.url(),
      natsUrl: nats.url(),
      redisUrl: redis.url(),
      qdrantUrl: qdrant.url(),
      clickhouse: clickhouse.client(),
      hasClickHouseUsers: urls.clickhouseUrl !== undefined,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A server that somebody else runs: to start it is to see that it answers, since a wrong address is easier to read here. */
function given(
  name: string,
  variable: string,
  url: string | undefined,
  reach: (url: string) => Promise<void>,
): (Part & { url(): string }) | undefined {
  if (url === undefined) return undefined;
  return {
    name: `${name} at ${new URL(url).host}`,
    url: () => url,
    start: async () =>
      reach(url).catch((error: unknown) => {
        throw EmbeddedStackError.unreachable(name, variable, error);
      }),
    stop: async () => undefined,
  };
}

function givenClickHouse(url: string): ClickHouse {
  const client = createClient({ url });
  return {
    name: `ClickHouse at ${new URL(url).host}`,
    client: () => client,
    start: async () =>
      client.command({ query: 'SELECT 1' }).then(
        () => undefined,
        (error: unknown) => {
          throw EmbeddedStackError.unreachable('ClickHouse', 'CLICKHOUSE_URL', error);
        },
      ),
    stop: async () => client.close(),
  };
}

async function embeddedQdrant(dataDir: string): Promise<QdrantServer> {
  await mkdir(join(dataDir, 'run'), { recursive: true });
  const port = await stablePort(join(dataDir, 'run', 'qdrant.port'));
  const logger = createLogger({ name: 'qdrant', level: 'warn' });
  return createQdrantServer({ dataDir: join(dataDir, 'qdrant'), host: '127.0.0.1', port, logger });
}

async function makeWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw EmbeddedStackError.unwritable(directory, error);
  }
}
