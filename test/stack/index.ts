import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { createClickHouse } from '#infra/embedded/clickhouse.ts';
import { createNats } from '#infra/embedded/nats.ts';
import { createPostgres } from '#infra/embedded/postgres.ts';
import { createRedis } from '#infra/embedded/redis.ts';
import type { StoreProcess } from '#infra/embedded/storeProcess.ts';
import { createProvisioned } from './provisioned.ts';
import { runOn } from './runOn.ts';
import { currentTestRun } from './testRun.ts';

export { testQdrant } from './qdrant.ts';

/** A database of a suite's own on the shared server. */
export interface TestPostgres {
  /** As the superuser, in this suite's empty database. */
  readonly adminUrl: string;
  /** Drops the database, whoever is still connected to it. */
  close(): Promise<void>;
}

/** A server of a suite's own, its data gone at the end. */
export interface TestServer {
  /** Credentials included. */
  readonly url: string;
  /** Dies at once, as in a crash, and stays dead until `restart`. */
  kill9(): Promise<void>;
  /** At the same address, with the data it had. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A database on the PostgreSQL that this worker's suites share, in which every context has its place, and nothing is. */
export async function testPostgres(): Promise<TestPostgres> {
  const { postgresUrl } = currentTestRun();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await createProvisioned(postgresUrl, name);
  return {
    adminUrl: new URL(`/${name}`, postgresUrl).href,
    close: async () => runOn(postgresUrl, `drop database ${name} with (force)`),
  };
}

/** A PostgreSQL of the suite's own, for tests that kill it; about a second. `url` is the superuser's. */
export async function testPostgresServer(): Promise<TestServer> {
  return testServer((dataDir) => createPostgres({ dataDir, log: () => undefined, settings: { fsync: 'off' } }));
}

/** A NATS with JetStream of the suite's own. */
export async function testNats(): Promise<TestServer> {
  return testServer((dataDir) => createNats({ dataDir, log: () => undefined }));
}

/** A Redis of the suite's own. It answers nobody while it waits for a disk that is busy with others: this one does not wait. */
export async function testRedis(): Promise<TestServer> {
  return testServer((dataDir) => createRedis({ dataDir, log: () => undefined, settings: { appendfsync: 'no' } }));
}

/** ClickHouse's engine in this process, without any database but its own. One suite at a time holds it, as Jest has it. */
export async function testClickHouse(): Promise<{ client: ClickHouseClient; close(): Promise<void> }> {
  // One directory for each process, as the engine can hold no other until the process ends.
  const server = createClickHouse(join(currentTestRun().databases, `clickhouse-${String(process.pid)}`));
  await server.start();
  const client = server.client();
  const result = await client.query({
    query: `SELECT name FROM system.databases WHERE name NOT IN ('default', 'system') AND lower(name) != 'information_schema'`,
    format: 'JSONEachRow',
  });
  for (const { name } of await result.json<{ name: string }>()) {
    await client.command({ query: 'DROP DATABASE {name:Identifier} SYNC', query_params: { name } });
  }
  return { client, close: async () => server.stop() };
}

async function testServer(create: (dataDir: string) => StoreProcess): Promise<TestServer> {
  const dataDir = await mkdtemp(join(currentTestRun().directory, 'server-'));
  const server = create(dataDir);
  await server.start();
  return {
    url: server.url(),
    kill9: async () => server.kill9(),
    restart: async () => server.start(),
    close: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
