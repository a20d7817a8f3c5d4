import { describe, expect, it } from '@jest/globals';
import { reachNats, reachPostgres, reachQdrant, reachRedis } from '#infra/embedded/reach.ts';
import { testClickHouse, testNats, testPostgres, testPostgresServer, testQdrant, testRedis } from './index.ts';

describe('the servers of a suite', () => {
  it('are an empty database', async () => {
    const database = await testPostgres();
    await reachPostgres(database.adminUrl);
    await database.close();
    await expect(reachPostgres(database.adminUrl)).rejects.toThrow('does not exist');
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
