import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, testRedis, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { typingSubject } from '#schema/events/signals.ts';
import { openDeliveries, type Connected, type Deliveries } from '../testing/deliveryHarness.ts';

describe('what contacts are shown', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let redis: TestServer;
  let deliveries: Deliveries;
  let other: ReturnType<Deliveries['process']>;

  beforeAll(async () => {
    [postgres, natsServer, redis] = await Promise.all([testPostgres(), testNats(), testRedis()]);
    const { adminUrl } = postgres;
    deliveries = await openDeliveries({ adminUrl, natsUrl: natsServer.url, redisUrl: redis.url });
    other = deliveries.process();
    await other.start();
  });

  afterAll(async () => {
    await Promise.all([deliveries.main.stop(), other.stop()]);
    await Promise.all([postgres.close(), natsServer.close(), redis.close()]);
  });

  function type(chat: Connected, kind: string, more: object = {}): void {
    const author = { kind, id: v7(), name: null };
    const { conversationId, channelId, threadExternalId } = chat;
    const signal = { conversationId, channelId, threadExternalId, author, isTyping: true, ...more };
    deliveries.nats.connection.publish(typingSubject(chat.companyId), JSON.stringify(signal));
  }

  const shownTo = (chat: Connected) =>
    deliveries.silent.signals.filter(({ threadExternalId }) => threadExternalId === chat.threadExternalId);

  async function read(chat: Connected, occurredAt = new Date()) {
    const { conversation } = chat.written('only for its facts').data;
    await deliveries.publish(chat.companyId, {
      type: 'conversation.read',
      actor: { kind: 'agent' },
      occurredAt,
      data: {
        conversation: { ...conversation, threadExternalId: chat.threadExternalId },
        agentId: v7(),
        unreadCount: 0,
      },
    });
  }

  it('is that an agent or a bot types, by one process of all', async () => {
    const [agents, bots] = [await deliveries.connect(), await deliveries.connect()];
    type(agents, 'AGENT');
    type(bots, 'BOT');
    await eventually(() => {
      expect(shownTo(agents)).toMatchObject([{ signal: { kind: 'typing' } }]);
      expect(shownTo(bots)).toMatchObject([{ signal: { kind: 'typing' } }]);
    });
  });

  it('is not that they type themselves, that somebody stopped, what is no signal, or what is of another company', async () => {
    const [chat, theirs, last] = [await deliveries.connect(), await deliveries.connect(), await deliveries.connect()];
    type(chat, 'CONTACT');
    type(chat, 'AGENT', { isTyping: false });
    type(chat, 'AGENT', { threadExternalId: 7 });
    type(chat, 'AGENT', { channelId: theirs.channelId, threadExternalId: theirs.threadExternalId });
    deliveries.nats.connection.publish(typingSubject(chat.companyId), 'not JSON');
    deliveries.nats.connection.publish(typingSubject('nonsense'), '{}');
    type(last, 'AGENT');
    await eventually(() => expect(shownTo(last)).toHaveLength(1));
    expect([...shownTo(chat), ...shownTo(theirs)]).toEqual([]);
  });

  it('is that an agent has read, with the last message of theirs, while that is news', async () => {
    const chat = await deliveries.connect();
    await chat.write(
      ({ sql }) => sql`
        insert into channels.threads (company_id, channel_id, thread_external_id, last_inbound_external_id)
        values (${chat.companyId}, ${chat.channelId}, ${chat.threadExternalId}, 'their-last')`,
    );
    await read(chat, new Date(Date.now() - 3_600_000));
    await read(chat);
    await eventually(() => expect(shownTo(chat)).toHaveLength(1));
    expect(shownTo(chat)).toMatchObject([{ signal: { kind: 'seen', externalMessageId: 'their-last' } }]);
  });

  it('is nothing while the channel is paused', async () => {
    const [paused, last] = [await deliveries.connect(), await deliveries.connect()];
    await paused.setStatus('PAUSED');
    await read(paused);
    await read(last);
    await eventually(() => expect(shownTo(last)).toHaveLength(1));
    expect(shownTo(paused)).toEqual([]);
  });
});
