import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { createPostgres } from '#infra/embedded/postgres.ts';
import { give, unprivilegedUser } from '#infra/embedded/unprivileged.ts';
import type { TestServer } from './index.ts';
import { currentTestRun } from './testRun.ts';

const run = promisify(execFile);

export interface TestReplica extends TestServer {
  /** Goes on receiving, and shows nothing of it until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** A streaming replica of a suite's own PostgreSQL, made of a copy of its files; `url` is the superuser's. */
export async function testReplica(primaryUrl: string): Promise<TestReplica> {
  const dataDir = await mkdtemp(join(currentTestRun().directory, 'replica-'));
  const cluster = join(dataDir, 'postgres');
  await copyCluster(primaryUrl, cluster);
  const { hostname, port, username, password } = new URL(primaryUrl);
  const server = createPostgres({
    dataDir,
    log: () => undefined,
    settings: {
      fsync: 'off',
      primary_conninfo: `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`,
      wal_receiver_status_interval: '1s',
      wal_retrieve_retry_interval: '100ms',
    },
  });
  await server.start();
  const url = new URL(primaryUrl);
  url.port = new URL(server.url()).port;
  return {
    url: url.href,
    pause: () => on(url.href, (client) => client.query('select pg_wal_replay_pause()')),
    resume: () => on(url.href, (client) => client.query('select pg_wal_replay_resume()')),
    kill9: () => server.kill9(),
    restart: () => server.start(),
    async close() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** As pg_basebackup does it, which is not on every machine. */
async function copyCluster(primaryUrl: string, cluster: string): Promise<void> {
  await on(primaryUrl, async (client) => {
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    await client.query(`select pg_backup_start('replica', true)`);
    await run('cp', ['-a', rows[0]?.data_directory ?? '', cluster]);
    const stopped = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    await rm(join(cluster, 'postmaster.pid'), { force: true });
    const user = await unprivilegedUser(cluster);
    for (const [file, text] of [
      ['backup_label', stopped.rows[0]?.labelfile ?? ''],
      ['standby.signal', ''],
    ] as const) {
      await writeFile(join(cluster, file), text);
      await give(join(cluster, file), user);
    }
  });
}

async function on(connectionString: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
