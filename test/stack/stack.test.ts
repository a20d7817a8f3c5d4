import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { reachNats, reachPostgres, reachQdrant, reachRedis } from '#infra/embedded/reach.ts';
import { testClickHouse, testNats, testPostgres, testPostgresServer, testQdrant, testRedis } from './index.ts';
import { createProvisioned } from './provisioned.ts';

/** Those whose tables are there, none of which has a company's row. */
async function contextsOf(connectionString: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows: agents } = await client.query('select 1 from conversations.agents');
    expect(agents).toEqual([]);
    const { rows } = await client.query<{ schema: string }>(
      `select distinct table_schema as schema from information_schema.tables
       where table_name = 'migrations' order by table_schema`,
    );
    return rows.map(({ schema }) => schema);
  } finally {
    await client.end();
  }
}

describe('the servers of a suite', () => {
  it('are a database in which every context has its place, and nothing is', async () => {
    const database = await testPostgres();
    expect(await contextsOf(database.adminUrl)).toEqual(['channels', 'conversations', 'knowledge']);
    await database.close();
    await expect(reachPostgres(database.adminUrl)).rejects.toThrow('does not exist');
  });

  it('are such databases also when the first two of a server are asked for at once', async () => {
    const server = await testPostgresServer();
    await Promise.all(['one', 'other'].map(async (name) => createProvisioned(server.url, name)));
    for (const name of ['one', 'other']) {
      const { href } = new URL(`/${name}`, server.url);
      expect(await contextsOf(href)).toEqual(['channels', 'conversations', 'knowledge']);
    }
    await server.close();
  });

  it.each([
    ['NATS', testNats, reachNats],
    ['Redis', testRedis, reachRedis],
    ['PostgreSQL', testPostgresServer, reachPostgres],
  ])('are a %s that can be killed and started again at its address', async (_name, start, reach) => {
    const server = await start();
    await reach(server.url);
    await server.kill9();
    await expect(reach(server.url)).rejects.toThrow(/refused/i);
    await server.restart();
    await reach(server.url);
    await server.close();
  });

  it('are a Qdrant', async () => {
    const server = await testQdrant();
    await reachQdrant(server.url);
    await server.close();
    await expect(reachQdrant(server.url)).rejects.toThrow('fetch failed');
  });

  it('are a ClickHouse that forgets what the suite before left', async () => {
    const first = await testClickHouse();
    await first.client.command({ query: 'CREATE DATABASE left_over' });
    await first.close();
    const second = await testClickHouse();
    const databases = await second.client.query({ query: 'SHOW DATABASES', format: 'TabSeparated' });
    expect(await databases.text()).not.toContain('left_over');
    await second.close();
  });
});
