import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, testRedis, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { openDeliveries, type Deliveries } from '../testing/deliveryHarness.ts';

describe('several processes that deliver', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let redis: TestServer;
  let deliveries: Deliveries;
  let others: ReturnType<Deliveries['process']>[] = [];

  beforeAll(async () => {
    [postgres, natsServer, redis] = await Promise.all([testPostgres(), testNats(), testRedis()]);
    const { adminUrl } = postgres;
    deliveries = await openDeliveries({ adminUrl, natsUrl: natsServer.url, redisUrl: redis.url });
    others = [deliveries.process(), deliveries.process()];
    await Promise.all(others.map((other) => other.start()));
  });

  afterAll(async () => {
    await Promise.all([deliveries.main, ...others].map((one) => one.stop()));
    await Promise.all([postgres.close(), natsServer.close(), redis.close()]);
  });

  it('send each message once, and those of a conversation in their order', async () => {
    const chats = await Promise.all(Array.from({ length: 8 }, () => deliveries.connect()));
    const numbers = Array.from({ length: 25 }, (_, index) => String(index + 1));
    for (const number of numbers) await Promise.all(chats.map((chat) => chat.send(number)));
    for (const chat of chats) {
      await eventually(async () => expect(await chat.outcomes()).toHaveLength(numbers.length));
      const sent = deliveries.silent.sent.filter(({ channelId }) => channelId === chat.channelId);
      expect(sent.map(({ part }) => 'text' in part && part.text)).toEqual(numbers);
    }
  });
});
