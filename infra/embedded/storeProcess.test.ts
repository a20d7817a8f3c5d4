import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { currentTestRun } from '#test/stack/testRun.ts';
import { eventually } from '#test/stack/eventually.ts';
import { marked } from './orphans.ts';
import { createPostgres } from './postgres.ts';
import { findProgram } from './programs.ts';
import { reachRedis } from './reach.ts';
import { createRedis } from './redis.ts';
import { createStoreProcess, type StoreProcess } from './storeProcess.ts';

let dataDir: string;
let log: string[];
let servers: StoreProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(currentTestRun().directory, 'process-'));
  log = [];
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map(async (server) => server.stop()));
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

function redis(): StoreProcess {
  const server = createRedis({ dataDir, log: (line) => log.push(line) });
  servers.push(server);
  return server;
}

async function redisProcesses(): Promise<number[]> {
  return marked({ program: 'redis-server', words: dataDir });
}

async function occupy(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('a store process', () => {
  it('that is killed comes back at its address, and says so', async () => {
    const server = redis();
    await server.start();
    const killed = server.pid() ?? 0;
    process.kill(killed, 'SIGKILL');
    await eventually(() => {
      expect(log).toEqual(['Redis ended (SIGKILL), starting it again', 'Redis is back']);
    });
    await reachRedis(server.url());
    expect(server.pid()).not.toBe(killed);
  });

  it('that is killed again and again comes back each time', async () => {
    const server = createPostgres({ dataDir, log: (line) => log.push(line) });
    servers.push(server);
    await server.start();
    for (let round = 1; round <= 2; round++) {
      process.kill(server.pid() ?? 0, 'SIGKILL');
      await eventually(() => {
        expect(log.filter((line) => line === 'PostgreSQL is back')).toHaveLength(round);
      });
    }
  });

  it('that was told to stop does not come back', async () => {
    const server = redis();
    await server.start();
    await server.stop();
    expect(await redisProcesses()).toEqual([]);
    expect(log).toEqual([]);
  });

  it('stops while it is waiting to be started again', async () => {
    const server = redis();
    await server.start();
    process.kill(server.pid() ?? 0, 'SIGKILL');
    await eventually(() => {
      expect(log).toContain('Redis ended (SIGKILL), starting it again');
    });
    await server.stop();
    expect(await redisProcesses()).toEqual([]);
  });

  it('stops while it is being started again', async () => {
    const file = join(dataDir, 'followed');
    await writeFile(file, '');
    let [launches, prepare, arrive] = [0, () => {}, () => {}];
    const prepared = new Promise<void>((resolve) => (prepare = resolve));
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const server = createStoreProcess({
      name: 'Tail',
      key: 'tail',
      dataDir,
      mark: { program: 'tail', words: file },
      stopSignal: 'SIGTERM',
      prepare: async () => {
        launches += 1;
        if (launches === 2) {
          arrive();
          await prepared;
        }
        return { file: 'tail', args: ['-f', file] };
      },
      answers: async () => undefined,
      url: async () => 'tail:',
      log: (line) => log.push(line),
    });
    servers.push(server);
    await server.start();
    process.kill(server.pid() ?? 0, 'SIGKILL');
    await arrived;
    const stopped = server.stop();
    prepare();
    await stopped;
    expect(() => process.kill(server.pid() ?? 0, 0)).toThrow('ESRCH');
  });

  it('leaves alone the server of another directory whose path ends like its own', async () => {
    const config = join(dataDir, 'redis', 'redis.conf');
    const args = ['-e', 'setInterval(() => undefined, 1000)', `/elsewhere${config}`];
    const other = spawn('node', args, { argv0: 'redis-server', stdio: 'ignore' });
    const ended = once(other, 'exit');
    try {
      await eventually(async () => expect(await redisProcesses()).toEqual([other.pid]));
      await redis().start();
      expect(other.signalCode).toBeNull();
    } finally {
      other.kill('SIGKILL');
      await ended;
    }
  });

  it('takes the port it had, and another one when somebody else has that by now', async () => {
    const server = redis();
    await server.start();
    const first = server.url();
    await server.stop();
    await server.start();
    expect(server.url()).toBe(first);
    await server.stop();

    const other = await occupy(Number(new URL(first).port));
    try {
      await server.start();
      expect(server.url()).not.toBe(first);
      await reachRedis(server.url());
    } finally {
      other.close();
    }
  });

  it('ends what an earlier start left running on its directory', async () => {
    const server = redis();
    await server.start();
    await server.stop();
    const program = await findProgram('redis-server', () => undefined);
    const orphan = spawn(program.file, [join(dataDir, 'redis', 'redis.conf')], { env: program.env, stdio: 'ignore' });
    await eventually(async () => reachRedis(server.url()));

    await Promise.all([once(orphan, 'exit'), server.start()]);
    expect(await redisProcesses()).toEqual([server.pid()]);
  });

  it('says why it does not start, with the words of its log', async () => {
    const server = redis();
    await server.start();
    await server.stop();
    await rm(join(dataDir, 'redis', 'appendonlydir'), { recursive: true });
    await writeFile(join(dataDir, 'redis', 'appendonlydir'), 'no directory');
    await expect(server.start()).rejects.toThrow(/^Redis did not start: .*appendonlydir/);
  });
});
