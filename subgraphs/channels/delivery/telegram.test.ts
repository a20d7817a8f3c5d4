import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgresServer, type TestServer } from '#test/stack/index.ts';
import { newTenant, openHarness, type Harness } from '../testing/harness.ts';
import { messageCreated } from '../testing/messageCreated.ts';

let lastChat = 5_000;

describe('a message to a contact', () => {
  const telegram = createTelegramStandin({ host: '127.0.0.1', port: 0 });
  let postgres: TestServer;
  let natsServer: TestServer;
  let harness: Harness;

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgresServer(), testNats(), telegram.start()]);
    const telegramApiUrl = telegram.url();
    harness = await openHarness({
      adminUrl: postgres.url,
      natsUrl: natsServer.url,
      telegramApiUrl,
    });
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close(), telegram.stop()]);
  });

  /** A company, and a chat of one of its contacts. */
  async function connect() {
    const tenant = newTenant();
    await harness.seed(tenant);
    const chatId = String(++lastChat);
    const conversationId = randomUUID();
    return {
      tenant,
      chatId,
      write: (text: string | null, overrides: Parameters<typeof messageCreated>[3] = {}) =>
        harness.publish(tenant.company.id, messageCreated(tenant, conversationId, text, { chatId, ...overrides })),
      sent: () => telegram.sent().filter((message) => message.chatId === chatId),
      outcomes: async () =>
        (await harness.events(tenant.company.id)).flatMap((event) =>
          event.type === 'channel.delivery.updated' ? [event.data] : [],
        ),
    };
  }
  type Chat = Awaited<ReturnType<typeof connect>>;

  async function settled(chat: Chat, count = 1) {
    return eventually(async () => {
      const outcomes = await chat.outcomes();
      expect(outcomes).toHaveLength(count);
      return outcomes;
    });
  }

  it('goes out, and its outcome is told with the platform’s id', async () => {
    const chat = await connect();
    await chat.write('Your parcel is on its way', { replyToExternalId: `${chat.chatId}:12` });
    const [outcome] = await settled(chat);
    expect(chat.sent()).toMatchObject([
      { botId: chat.tenant.botId, text: 'Your parcel is on its way', replyTo: 12, messageId: 1 },
    ]);
    expect(outcome).toMatchObject({ status: 'SENT', externalMessageId: `${chat.chatId}:1`, failure: null });
  });

  it('goes out once, though its event comes many times', async () => {
    const chat = await connect();
    const event = await chat.write('once');
    const body = JSON.stringify(event);
    const subject = `events.conversation.${chat.tenant.company.id}.message.created`;
    await Promise.all(Array.from({ length: 10 }, () => harness.nats.jetstream.publish(subject, body)));
    await chat.write('afterwards');
    await settled(chat, 2);
    expect(chat.sent().map(({ text }) => text)).toEqual(['once', 'afterwards']);
  });

  it('goes out in the order of its conversation, also when one has to wait', async () => {
    const chat = await connect();
    telegram.fail(1, { kind: 'refuse', status: 429, description: 'Too Many Requests: retry after 1', retryAfter: 1 });
    for (const text of ['one', 'two', 'three']) await chat.write(text);
    await settled(chat, 3);
    expect(chat.sent().map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });

  it('that is a note, or came from the contact, stays here', async () => {
    const chat = await connect();
    await chat.write('only for us', { isPrivate: true });
    await chat.write('from the contact', { direction: 'INBOUND' });
    await chat.write('for the contact');
    await settled(chat);
    expect(chat.sent().map(({ text }) => text)).toEqual(['for the contact']);
  });

  it('that is long goes out in parts, and each file by itself behind them', async () => {
    const chat = await connect();
    const file = telegram.addFile({ bytes: Buffer.from('a,b'), name: 'a.csv' });
    const url = `${telegram.url()}/file/bot${chat.tenant.channel.accessToken}/files/${file}/a.csv`;
    const attachments = [url];
    await chat.write(`${'word '.repeat(1_500)}end`, { attachments });
    await settled(chat);
    const [first, second, third, ...more] = chat.sent();
    expect(`${first?.text ?? ''} ${second?.text ?? ''}`).toBe(`${'word '.repeat(1_500)}end`);
    expect(third).toMatchObject({ file: { medium: 'document', upload: { name: 'a.csv', size: 3 } } });
    expect(more).toEqual([]);
  });

  it('is tried again after a failure in which it was certainly not sent', async () => {
    const chat = await connect();
    telegram.fail(1, { kind: 'refuse', status: 500, description: 'Internal Server Error' });
    telegram.fail(1, { kind: 'proxy', status: 503 });
    await chat.write('third time lucky');
    expect(await settled(chat)).toMatchObject([{ status: 'SENT' }]);
    expect(chat.sent()).toHaveLength(1);
  });

  it('whose second part has to wait does not send the first again', async () => {
    const chat = await connect();
    telegram.fail(1, { kind: 'delay', ms: 0 });
    telegram.fail(1, { kind: 'refuse', status: 429, description: 'Too Many Requests: retry after 0', retryAfter: 0 });
    await chat.write(`${'a'.repeat(4_096)}${'b'.repeat(10)}`);
    expect(await settled(chat)).toMatchObject([{ status: 'SENT', externalMessageId: `${chat.chatId}:1` }]);
    expect(chat.sent().map(({ text }) => text[0])).toEqual(['a', 'b']);
  });

  it.each([
    [403, 'Forbidden: bot was blocked by the user', 'RECIPIENT_BLOCKED', false],
    [400, 'Bad Request: chat not found', 'RECIPIENT_NOT_FOUND', false],
  ])('that the platform refuses with %i fails at once', async (status, description, code, retryable) => {
    const chat = await connect();
    telegram.fail(1, { kind: 'refuse', status, description });
    await chat.write('unwanted');
    expect(await settled(chat)).toMatchObject([
      { status: 'FAILED', externalMessageId: null, failure: { code, message: description, retryable } },
    ]);
  });

  it.each([
    ['the connection breaks after it was sent', { kind: 'drop' }, 1],
    ['a proxy answers in place of the platform', { kind: 'proxy', status: 504 }, 0],
  ] as const)('of which nobody knows whether it was sent is not sent again: %s', async (_what, fault, arrived) => {
    const chat = await connect();
    telegram.fail(1, fault);
    await chat.write('perhaps');
    await chat.write('next');
    const outcomes = await settled(chat, 2);
    expect(outcomes).toMatchObject([
      { status: 'FAILED', failure: { code: 'SEND_UNCONFIRMED', retryable: true } },
      { status: 'SENT' },
    ]);
    expect(chat.sent().filter(({ text }) => text === 'perhaps')).toHaveLength(arrived);
  });

  it('stops the channel when its token is refused, and is kept until it is connected again', async () => {
    const chat = await connect();
    telegram.revoke(chat.tenant.channel.accessToken);
    await chat.write('one');
    await chat.write('two');
    const { id: channelId } = chat.tenant.channel;
    const companyId = chat.tenant.company.id;
    const identity = { kind: 'service', companyId, service: 'test', scopes: [] } as const;
    const query = 'query ($id: ID!) { channel(id: $id) { status health { pendingDeliveries } } }';
    await eventually(async () =>
      expect(await harness.query(identity, query, { id: channelId })).toEqual({
        data: { channel: { status: 'NEEDS_REAUTHORIZATION', health: { pendingDeliveries: 2 } } },
      }),
    );
    expect(chat.sent()).toEqual([]);
    const admin = { kind: 'agent', companyId, agentId: v7(), role: 'ADMIN', scopes: [] } as const;
    const reauthorize =
      'mutation ($input: ReauthorizeChannelInput!) { reauthorizeChannel(input: $input) { channel { status } } }';
    const token = `${chat.tenant.channel.accessToken}-new`;
    expect(await harness.query(admin, reauthorize, { input: { channelId, token } })).toEqual({
      data: { reauthorizeChannel: { channel: { status: 'ACTIVE' } } },
    });
    expect(await settled(chat, 2)).toMatchObject([{ status: 'SENT' }, { status: 'SENT' }]);
    const changes = await harness.connections(companyId);
    expect(changes.map(({ data }) => data.status)).toEqual(['ACTIVE', 'NEEDS_REAUTHORIZATION', 'ACTIVE']);
  });

  it('fails for a channel of another company, and nothing is sent', async () => {
    const [ours, theirs] = [await connect(), await connect()];
    await ours.write('not by their bot', { channelId: theirs.tenant.channel.id });
    expect(await settled(ours)).toMatchObject([{ status: 'FAILED', failure: { code: 'CHANNEL_NOT_FOUND' } }]);
    expect(ours.sent()).toEqual([]);
  });

  it('that is empty fails', async () => {
    const chat = await connect();
    await chat.write(null);
    expect(await settled(chat)).toMatchObject([{ status: 'FAILED', failure: { code: 'MESSAGE_EMPTY' } }]);
  });

  it('that went out while Postgres died has its outcome told when Postgres is back, and is not sent again', async () => {
    const chat = await connect();
    telegram.fail(1, { kind: 'delay', ms: 1_000 });
    await chat.write('while the database dies');
    await eventually(() => expect(chat.sent()).toHaveLength(1));
    await postgres.kill9();
    await postgres.restart();
    expect(await settled(chat)).toMatchObject([{ status: 'SENT' }]);
    expect(chat.sent()).toHaveLength(1);
  });

  // The last one: it ends the process that the others share.
  it('that waits for its next try when the process stops is sent by the next process, in time and once', async () => {
    const chat = await connect();
    telegram.fail(1, { kind: 'refuse', status: 429, description: 'Too Many Requests: retry after 4', retryAfter: 4 });
    await chat.write('handed over');
    const { company, channel } = chat.tenant;
    const identity = { kind: 'service', companyId: company.id, service: 'test', scopes: [] } as const;
    const health = 'query ($id: ID!) { channel(id: $id) { health { pendingDeliveries lastError } } }';
    await eventually(async () =>
      expect(await harness.query(identity, health, { id: channel.id })).toEqual({
        data: { channel: { health: { pendingDeliveries: 1, lastError: expect.stringContaining('RATE_LIMITED') } } },
      }),
    );
    await harness.channels.stop();
    const next = harness.open();
    await next.start();
    expect(await settled(chat)).toMatchObject([{ status: 'SENT' }]);
    expect(chat.sent()).toHaveLength(1);
    await next.stop();
  });
});
