import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wholeArgument } from './orphans.ts';
import { findProgram } from './programs.ts';
import { reachNats } from './reach.ts';
import { secret } from './secrets.ts';
import { createStoreProcess, type StoreProcess } from './storeProcess.ts';

/** NATS with JetStream, its streams kept below `dataDir`. */
export function createNats(options: { dataDir: string; log: (line: string) => void }): StoreProcess {
  const { dataDir, log } = options;
  const directory = join(dataDir, 'nats');
  const configFile = join(directory, 'nats.conf');
  return createStoreProcess({
    name: 'NATS',
    key: 'nats',
    dataDir,
    mark: { program: 'nats-server', words: wholeArgument(configFile) },
    stopSignal: 'SIGTERM',
    prepare: async (port) => {
      const program = await findProgram('nats-server', log);
      await mkdir(directory, { recursive: true });
      const config = [
        `listen: "127.0.0.1:${String(port)}"`,
        // Events carry message texts and lists of attachments: the default of 1 MB is less than platforms may send.
        'max_payload: 8MB',
        `jetstream { store_dir: ${JSON.stringify(join(directory, 'jetstream'))} }`,
        `authorization { user: switchboard, password: "${await secret(dataDir, 'nats')}" }`,
      ];
      await writeFile(configFile, `${config.join('\n')}\n`, { mode: 0o600 });
      return { ...program, args: ['-c', configFile] };
    },
    answers: reachNats,
    url: async (port) => `nats://switchboard:${await secret(dataDir, 'nats')}@127.0.0.1:${String(port)}`,
    log,
  });
}
