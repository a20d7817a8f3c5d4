import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Databases } from '#infra/embedded/databases.ts';
import { wholeArgument } from '#infra/embedded/orphans.ts';
import { findProgram } from '#infra/embedded/programs.ts';
import { reachPostgres } from '#infra/embedded/reach.ts';
import { createStoreProcess } from '#infra/embedded/storeProcess.ts';
import { become, give, unprivilegedUser } from '#infra/embedded/unprivileged.ts';
import { currentTestRun } from './testRun.ts';

/**
 * A PgBouncer in transaction mode before the contexts' databases: a connection to PostgreSQL belongs to a client for one
 * transaction, and the next one gets whatever it left.
 *
 * @param options.poolSize Connections to PostgreSQL for each role.
 */
export async function testPgBouncer({
  databases,
  poolSize,
}: {
  readonly databases: Databases;
  readonly poolSize: number;
}): Promise<{ databases: Databases; close(): Promise<void> }> {
  const dataDir = await mkdtemp(join(currentTestRun().directory, 'pgbouncer-'));
  const directory = join(dataDir, 'pgbouncer');
  const configFile = join(directory, 'pgbouncer.ini');
  const userFile = join(directory, 'users.txt');
  const urls = Object.values(databases).flatMap(({ databaseUrl, relayDatabaseUrl }) => [databaseUrl, relayDatabaseUrl]);
  const [first = ''] = urls;
  const server = new URL(first);
  const process = createStoreProcess({
    name: 'PgBouncer',
    key: 'pgbouncer',
    dataDir,
    mark: { program: 'pgbouncer', words: wholeArgument(configFile) },
    stopSignal: 'SIGTERM',
    prepare: async (port) => {
      const program = await findProgram('pgbouncer', () => undefined);
      const user = await unprivilegedUser(directory);
      await mkdir(directory, { recursive: true });
      await writeFile(userFile, urls.map(userLine).join('\n'));
      await writeFile(configFile, configOf({ server, port, userFile, poolSize }));
      await give(directory, user);
      return { ...program, args: [configFile], privileges: await become(user, [program.file, configFile]) };
    },
    answers: reachPostgres,
    url: async (port) => through(first, port),
    log: () => undefined,
  });
  await process.start();
  const port = Number(new URL(process.url()).port);
  const pooled = (context: keyof Databases) => ({
    databaseUrl: through(databases[context].databaseUrl, port),
    relayDatabaseUrl: through(databases[context].relayDatabaseUrl, port),
  });
  return {
    databases: { channels: pooled('channels'), conversations: pooled('conversations'), knowledge: pooled('knowledge') },
    async close() {
      await process.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function configOf(options: {
  readonly server: URL;
  readonly port: number;
  readonly userFile: string;
  readonly poolSize: number;
}): string {
  const { server, port, userFile, poolSize } = options;
  return [
    '[databases]',
    `* = host=${server.hostname} port=${server.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${String(port)}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${userFile}`,
    'pool_mode = transaction',
    `default_pool_size = ${String(poolSize)}`,
    'max_client_conn = 500',
    // The services say these for each connection, which is not theirs here: the roles have them, see docs/scaling.md.
    'ignore_startup_parameters = statement_timeout, idle_in_transaction_session_timeout',
    '',
  ].join('\n');
}

function userLine(url: string): string {
  const { username, password } = new URL(url);
  return `"${username}" "${decodeURIComponent(password)}"`;
}

function through(url: string, port: number): string {
  const address = new URL(url);
  address.port = String(port);
  return address.href;
}
