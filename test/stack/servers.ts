import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgres } from '#infra/embedded/postgres.ts';
import { findProgram } from '#infra/embedded/programs.ts';
import type { StoreProcess } from '#infra/embedded/storeProcess.ts';
import { announceTestRun } from './testRun.ts';

/** Several times what a run takes. */
const ROOM_BYTES = 8 * 1024 ** 3;

let stopServers: () => Promise<void> = async () => undefined;

/** Starts what all suites share and tells the workers of it. */
export async function startServers(workers: number, log: (line: string) => void): Promise<void> {
  const directory = await newDirectory(tmpdir());
  const databases = await newDirectory(await placeForDatabases());
  const remove = removeAtTheEnd([directory, databases]);
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
    // A crash of the machine may lose what tests wrote. Databases live for seconds: nobody has to tidy them up meanwhile.
    const settings = {
      fsync: 'off',
      full_page_writes: 'off',
      shared_buffers: '64MB',
      autovacuum_naptime: '1min',
    };
    servers.push(
      createPostgres({ dataDir: join(databases, `worker-${String(worker)}`), settings, log: () => undefined }),
    );
  }
  await Promise.all(servers.map(async (server) => server.start()));
  announceTestRun({ directory, databases, postgresUrls: servers.map((server) => server.url()) });
}

export async function endServers(): Promise<void> {
  await stopServers();
}

async function newDirectory(parent: string): Promise<string> {
  const directory = await mkdtemp(join(parent, 'switchboard-test-'));
  // PostgreSQL enters it as somebody else when root runs the tests.
  await chmod(directory, 0o711);
  return directory;
}

/**
 * Memory, where there is plenty: suites make and drop databases of hundreds of files, for each of which a file system on a disk takes its
 * time, by the processor above all.
 */
async function placeForDatabases(): Promise<string> {
  const memory = '/dev/shm';
  try {
    const { bavail, bsize } = await statfs(memory);
    if (Math.min(bavail * bsize, process.availableMemory()) > ROOM_BYTES) return memory;
  } catch {
    // Not on this system.
  }
  return tmpdir();
}

/**
 * Removes the directories when this process is gone, also when it was interrupted or killed: a shell waits for the end of a pipe
 * that only this process holds. By then the kernel has ended the servers, which may take a moment to let go of their files.
 * @returns what removes it now
 */
function removeAtTheEnd(directories: readonly string[]): () => Promise<void> {
  const script = 'cat; for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$@" 2>/dev/null && break; sleep 0.3; done';
  const janitor = spawn('sh', ['-c', script, 'sh', ...directories], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  janitor.unref();
  return async () => {
    janitor.ref();
    janitor.stdin.end();
    await once(janitor, 'exit');
  };
}
