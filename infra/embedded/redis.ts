import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wholeArgument } from './orphans.ts';
import { findProgram } from './programs.ts';
import { reachRedis } from './reach.ts';
import { secret } from './secrets.ts';
import { createStoreProcess, type StoreProcess } from './storeProcess.ts';

export interface RedisOptions {
  readonly dataDir: string;
  readonly log: (line: string) => void;
  /** Further settings, stronger than ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Redis, its data kept below `dataDir` and at most one second behind. */
export function createRedis(options: RedisOptions): StoreProcess {
  const { dataDir, log } = options;
  const directory = join(dataDir, 'redis');
  const configFile = join(directory, 'redis.conf');
  return createStoreProcess({
    name: 'Redis',
    key: 'redis',
    dataDir,
    mark: { program: 'redis-server', words: wholeArgument(configFile) },
    stopSignal: 'SIGTERM',
    prepare: async (port) => {
      const program = await findProgram('redis-server', log);
      await mkdir(directory, { recursive: true });
      const config = [
        'bind 127.0.0.1',
        `port ${String(port)}`,
        `dir ${JSON.stringify(directory)}`,
        `requirepass ${await secret(dataDir, 'redis')}`,
        'appendonly yes',
        'appendfsync everysec',
        'save ""',
        // The command line is how an orphan of a killed start is recognised.
        'set-proc-title no',
        'maxmemory 512mb',
        'maxmemory-policy volatile-lru',
        ...Object.entries(options.settings ?? {}).map(([name, value]) => `${name} ${value}`),
      ];
      await writeFile(configFile, `${config.join('\n')}\n`, { mode: 0o600 });
      return { ...program, args: [configFile] };
    },
    answers: reachRedis,
    url: async (port) => `redis://:${await secret(dataDir, 'redis')}@127.0.0.1:${String(port)}`,
    log,
  });
}
