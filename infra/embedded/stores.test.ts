import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { currentTestRun } from '#test/stack/testRun.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { reachNats, reachPostgres } from './reach.ts';
import { startStores, type Stores } from './stores.ts';

type Addresses = Pick<Stores, 'databaseUrl' | 'natsUrl' | 'redisUrl'>;

let dataDir: string;
const running: Stores[] = [];
const starters: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(currentTestRun().directory, 'stores-'));
});

afterEach(async () => {
  for (const starter of starters.splice(0)) {
    starter.kill('SIGKILL');
    // Nobody reads on: it would wait for a reader, and keep this process.
    starter.stdout?.destroy();
  }
  for (const stores of running.splice(0)) await stores.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function start(
  options: { dataDir?: string; urls?: Parameters<typeof startStores>[0]['urls'] } = {},
): Promise<Stores> {
  const stores = await startStores({ dataDir, urls: {}, log: () => undefined, ...options });
  running.push(stores);
  return stores;
}

async function stop(stores: Stores): Promise<void> {
  running.splice(running.indexOf(stores), 1);
  await stores.stop();
}

/** The stores, started by another process, which stays until it is killed. */
async function startElsewhere(): Promise<{ starter: ChildProcess; addresses: Addresses }> {
  const program = `
    import { startStores } from ${JSON.stringify(new URL('stores.ts', import.meta.url).href)};
    const { databaseUrl, natsUrl, redisUrl } = await startStores({ dataDir: process.argv[1], urls: {}, log: () => {} });
    console.log(JSON.stringify({ databaseUrl, natsUrl, redisUrl }));
    setInterval(() => {}, 1_000);`;
  const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', program, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  starters.push(starter);
  for await (const line of createInterface(starter.stdout)) {
    return { starter, addresses: JSON.parse(line) as Addresses };
  }
  throw new Error('the starter ended without having started the stores');
}

async function sql(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function withNats<T>(url: string, work: (nats: NatsConnection) => Promise<T>): Promise<T> {
  const { host, username, password } = new URL(url);
  const nats = await connect({ servers: host, user: username, pass: password });
  try {
    return await work(nats);
  } finally {
    await nats.close();
  }
}

async function write({ databaseUrl, natsUrl, redisUrl }: Addresses): Promise<void> {
  await sql(databaseUrl, 'create table kept (id int); insert into kept values (7)');
  await withRedis(redisUrl, async (redis) => redis.set('kept', '7'));
  await withNats(natsUrl, async (nats) => {
    await (await jetstreamManager(nats)).streams.add({ name: 'KEPT', subjects: ['kept'] });
    await jetstream(nats).publish('kept', 'seven');
  });
}

async function read({ databaseUrl, natsUrl, redisUrl }: Addresses): Promise<unknown> {
  return {
    postgres: await sql(databaseUrl, 'select id from kept'),
    redis: await withRedis(redisUrl, async (redis) => redis.get('kept')),
    nats: await withNats(
      natsUrl,
      async (nats) => (await (await jetstreamManager(nats)).streams.info('KEPT')).state.messages,
    ),
  };
}

const written = { postgres: [{ id: 7 }], redis: '7', nats: 1 };

describe('the embedded stores', () => {
  it('keep their data and their addresses from one start to the next', async () => {
    const before = await start();
    await write(before);
    await before.clickhouse.command({ query: 'CREATE TABLE kept (id Int32) ENGINE = MergeTree ORDER BY id' });
    await before.clickhouse.insert({ table: 'kept', values: [{ id: 7 }], format: 'JSONEachRow' });
    await stop(before);
    await expect(reachPostgres(before.databaseUrl)).rejects.toThrow(/refused/i);

    const after = await start();
    expect(await read(after)).toEqual(written);
    const result = await after.clickhouse.query({ query: 'SELECT id FROM kept', format: 'JSONEachRow' });
    expect(await result.json()).toEqual([{ id: 7 }]);
    expect([after.databaseUrl, after.natsUrl, after.redisUrl, after.qdrantUrl]).toEqual([
      before.databaseUrl,
      before.natsUrl,
      before.redisUrl,
      before.qdrantUrl,
    ]);
  });

  it('start again with their data after their starter was killed', async () => {
    const { starter, addresses } = await startElsewhere();
    await write(addresses);
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    expect(await read(await start())).toEqual(written);
  });
});

describe('a start', () => {
  it('is refused on a directory in use, by whatever path, naming the process that uses it', async () => {
    await startElsewhere();
    const alias = `${dataDir}-alias`;
    await symlink(dataDir, alias);
    try {
      const { pid } = starters[0] ?? {};
      await expect(start({ dataDir: alias })).rejects.toThrow(`${alias} is in use by process ${String(pid)}`);
    } finally {
      await rm(alias);
    }
  });

  it('says that a directory cannot be written, and what to do', async () => {
    const file = join(dataDir, 'file');
    await writeFile(file, '');
    await expect(start({ dataDir: join(file, 'data') })).rejects.toThrow(/cannot be written .* set DATA_DIR/);
  });

  it('says which given address is wrong, and leaves nothing running', async () => {
    const urls = { natsUrl: 'nats://127.0.0.1:1' };
    await expect(start({ urls })).rejects.toThrow('NATS does not answer at the address in NATS_URL');
    const stores = await start();
    await reachNats(stores.natsUrl);
    expect(stores.natsUrl).not.toContain(':1/');
  });

  it('uses the servers whose addresses are given', async () => {
    const { addresses } = await startElsewhere();
    const other = join(dataDir, 'other');
    const stores = await start({ dataDir: other, urls: addresses });
    expect(stores).toMatchObject(addresses);
  });
});
