import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgres } from '#infra/embedded/postgres.ts';
import { findProgram } from '#infra/embedded/programs.ts';
import type { StoreProcess } from '#infra/embedded/storeProcess.ts';
import { announceTestRun } from './testRun.ts';

let stopServers: () => Promise<void> = async () => undefined;

/** Starts what all suites share and tells the workers of it. */
export async function startServers(workers: number, log: (line: string) => void): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-test-'));
  // PostgreSQL enters it as somebody else when root runs the tests.
  await chmod(directory, 0o711);
  const remove = removeAtTheEnd(directory);
  const servers: StoreProcess[] = [];
  stopServers = async () => {
    await Promise.all(servers.map(async (server) => server.stop()));
    await remove();
  };
  // Downloaded here, once, rather than within the time of a test.
  await Promise.all(
    (['nats-server', 'pgbouncer', 'redis-server'] as const).map(async (name) => findProgram(name, log)),
  );
  for (let worker = 1; worker <= workers; worker++) {
    // A crash of the machine may lose what tests wrote.
    const settings = { fsync: 'off', shared_buffers: '64MB' };
    servers.push(
      createPostgres({ dataDir: join(directory, `worker-${String(worker)}`), settings, log: () => undefined }),
    );
  }
  await Promise.all(servers.map(async (server) => server.start()));
  announceTestRun({ directory, postgresUrls: servers.map((server) => server.url()) });
}

export async function endServers(): Promise<void> {
  await stopServers();
}

/**
 * Removes the directory when this process is gone, also when it was interrupted or killed: a shell waits for the end of a pipe
 * that only this process holds. By then the kernel has ended the servers, which may take a moment to let go of their files.
 * @returns what removes it now
 */
function removeAtTheEnd(directory: string): () => Promise<void> {
  const script = 'cat; for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$0" 2>/dev/null && break; sleep 0.3; done';
  const janitor = spawn('sh', ['-c', script, directory], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  janitor.unref();
  return async () => {
    janitor.ref();
    janitor.stdin.end();
    await once(janitor, 'exit');
  };
}
