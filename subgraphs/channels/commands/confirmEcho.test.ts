import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, testRedis, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import type { InboundReceipt } from '../platforms/inbound.ts';
import { partReference, type SendResult } from '../platforms/outbound.ts';
import { openDeliveries, type Connected, type Deliveries } from '../testing/deliveryHarness.ts';
import { applyFacts } from './applyFacts.ts';
import { applyReceipts } from './applyReceipts.ts';
import { confirmEcho, type Echo } from './confirmEcho.ts';
import { recordOutsideMessage } from './recordOutsideMessage.ts';

const unanswered: SendResult = { kind: 'unconfirmed', reason: 'the connection broke' };

describe('what a platform tells of our own messages', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let redis: TestServer;
  let deliveries: Deliveries;

  beforeAll(async () => {
    [postgres, natsServer, redis] = await Promise.all([testPostgres(), testNats(), testRedis()]);
    const { adminUrl } = postgres;
    deliveries = await openDeliveries({ adminUrl, natsUrl: natsServer.url, redisUrl: redis.url });
  });

  afterAll(async () => {
    await deliveries.main.stop();
    await Promise.all([postgres.close(), natsServer.close(), redis.close()]);
  });

  const echo = (chat: Connected, of: Partial<Echo>) =>
    chat.write((transaction) =>
      confirmEcho(transaction, chat.companyId, {
        channelId: chat.channelId,
        threadExternalId: chat.threadExternalId,
        externalMessageId: `echo-${chat.channelId}`,
        reference: null,
        text: null,
        sentAt: new Date().toISOString(),
        ...of,
      }),
    );

  type Receipt = Pick<InboundReceipt, 'status' | 'of'> & Partial<InboundReceipt>;

  const receipts = (chat: Connected, ...said: readonly Receipt[]) =>
    chat.write((transaction) =>
      applyReceipts(
        transaction,
        chat.companyId,
        said.map((one) => ({
          kind: 'receipt',
          channelId: chat.channelId,
          threadExternalId: chat.threadExternalId,
          at: new Date().toISOString(),
          failure: null,
          reference: null,
          ...one,
        })),
      ),
    );
  const receipt = (chat: Connected, of: Receipt) => receipts(chat, of);

  const statuses = async (chat: Connected) => (await chat.outcomes()).map(({ status }) => status);

  async function told(chat: Connected, expected: readonly string[]) {
    await eventually(async () => expect(await statuses(chat)).toEqual(expected));
  }

  /** A message whose answer was lost. */
  async function unconfirmed(text: string) {
    const chat = await deliveries.connect('MESSENGER');
    deliveries.confirming.next(unanswered);
    const { messageId, data } = await chat.send(text);
    await eventually(async () => expect(await chat.parts(messageId)).toMatchObject([{ status: 'UNCONFIRMED' }]));
    return { chat, messageId, data };
  }

  /** A message that is with the platform, each part under `<n>-<channel>`. */
  async function sent(text: string) {
    const chat = await deliveries.connect('MESSENGER');
    const ids = text.split('|').map((_, index) => `${String(index)}-${chat.channelId}`);
    deliveries.confirming.next(...ids.map((externalMessageId): SendResult => ({ kind: 'sent', externalMessageId })));
    const { messageId } = await chat.send(text);
    await told(chat, ['SENT']);
    return { chat, messageId, ids };
  }

  /** What the person does with messages: on platforms without echoes nothing else is told of them. */
  async function react(chat: Connected, externalMessageId: string, emoji = '👍'): Promise<void> {
    const { channelId, threadExternalId, companyId } = chat;
    const at = new Date().toISOString();
    const data = { channelId, threadExternalId, externalMessageId, byExternalId: '77', emoji, reactedAt: at };
    await applyFacts(deliveries.database, companyId, [{ kind: 'reaction', data }]);
  }

  async function reactions(chat: Connected) {
    const events = await chat.told();
    return events.flatMap((event) => (event.type === 'channel.message.reacted' ? [event.data] : []));
  }

  it('shows a reaction to what we sent, to any of its parts, without an echo', async () => {
    const { chat, ids } = await sent('one|two');
    for (const id of ids) await react(chat, id);
    await react(chat, `unknown-${chat.channelId}`);
    const [first] = ids;
    await eventually(async () => expect(await reactions(chat)).toHaveLength(2));
    expect(await reactions(chat)).toMatchObject([{ externalMessageId: first }, { externalMessageId: first }]);
  });

  it('shows a reaction that was quicker than the answer to the send, with the next one', async () => {
    const chat = await deliveries.connect('MESSENGER');
    const externalMessageId = `echo-${chat.channelId}`;
    deliveries.confirming.next(async () => {
      await react(chat, externalMessageId);
      return { kind: 'sent', externalMessageId };
    });
    await chat.send('quick');
    await told(chat, ['SENT']);
    expect(await reactions(chat)).toEqual([]);
    await react(chat, externalMessageId, '❤️');
    await eventually(async () => expect(await reactions(chat)).toMatchObject([{ emoji: '👍' }, { emoji: '❤️' }]));
  });

  it.each([
    [
      'by its reference',
      (messageId: string) => ({ reference: partReference(messageId, 0), text: 'changed on the way' }),
    ],
    ['by its text', () => ({ text: ' perhaps ' })],
  ])('confirms a send without an answer, and lets the queue go on: %s', async (_how, of) => {
    const { chat, messageId } = await unconfirmed('perhaps');
    await chat.send('next');
    expect(await echo(chat, of(messageId))).toBe(true);
    await told(chat, ['SENT', 'SENT']);
    expect(await chat.parts(messageId)).toEqual([{ part: 0, status: 'SENT', externalId: `echo-${chat.channelId}` }]);
    const calls = deliveries.confirming.sent.filter(({ channelId }) => channelId === chat.channelId);
    expect(calls).toHaveLength(2);
  });

  it.each([
    ['other words', { text: 'something else' }],
    [
      'the same words, written an hour before',
      { text: 'perhaps', sentAt: new Date(Date.now() - 3_600_000).toISOString() },
    ],
    ['a reference to a message that does not exist', { reference: partReference(v7(), 0), text: 'nothing like it' }],
    ['a reference of somebody else', { reference: 'sb:not-ours', text: 'nothing like it' }],
  ])('is none of ours when it is %s', async (_what, of) => {
    const { chat, messageId } = await unconfirmed('perhaps');
    expect(await echo(chat, of)).toBe(false);
    expect(await chat.parts(messageId)).toMatchObject([{ status: 'UNCONFIRMED' }]);
  });

  it('is not taken for a message of another company', async () => {
    const { messageId } = await unconfirmed('perhaps');
    const other = await deliveries.connect('MESSENGER');
    expect(await echo(other, { reference: partReference(messageId, 0) })).toBe(false);
  });

  it('tells a message once when its echo comes before the answer, and once when it comes after', async () => {
    const chat = await deliveries.connect('MESSENGER');
    const externalMessageId = `echo-${chat.channelId}`;
    deliveries.confirming.next(async () => {
      expect(await echo(chat, { text: 'quick' })).toBe(true);
      return { kind: 'sent', externalMessageId };
    });
    const { messageId } = await chat.send('quick');
    await chat.send('next');
    await told(chat, ['SENT', 'SENT']);
    expect(await echo(chat, { text: 'quick' })).toBe(true);
    expect(await chat.parts(messageId)).toEqual([{ part: 0, status: 'SENT', externalId: externalMessageId }]);
    expect(await statuses(chat)).toEqual(['SENT', 'SENT']);
  });

  it('believes an echo more than a lost answer, and goes on with the parts behind', async () => {
    const chat = await deliveries.connect('MESSENGER');
    deliveries.confirming.next(async () => {
      await echo(chat, { text: 'one' });
      return unanswered;
    });
    const { messageId } = await chat.send('one|two');
    await told(chat, ['SENT']);
    expect(await chat.parts(messageId)).toMatchObject([{ status: 'SENT' }, { status: 'SENT' }]);
    const calls = deliveries.confirming.sent.filter(({ channelId }) => channelId === chat.channelId);
    expect(calls).toHaveLength(2);
  });

  it('corrects what had been given up, and then there is nothing left to retry', async () => {
    const { chat, messageId, data } = await unconfirmed('late');
    await chat.hurry();
    await told(chat, ['FAILED']);
    expect(await echo(chat, { reference: partReference(messageId, 0) })).toBe(true);
    await told(chat, ['FAILED', 'SENT']);
    await chat.retry(data);
    await chat.send('next');
    await told(chat, ['FAILED', 'SENT', 'SENT']);
  });

  it('moves a message on and never back, however the receipts come', async () => {
    const { chat, messageId, ids } = await sent('hello');
    for (const status of ['READ', 'DELIVERED', 'SENT', 'READ', 'FAILED'] as const) {
      await receipt(chat, { status, of: { externalMessageIds: ids } });
    }
    await chat.send('next');
    await told(chat, ['SENT', 'READ', 'SENT']);
    expect(await chat.parts(messageId)).toMatchObject([{ status: 'READ' }]);
  });

  it('takes a message to be as far as its slowest part', async () => {
    const { chat, messageId, ids } = await sent('one|two');
    await receipt(chat, { status: 'READ', of: { externalMessageIds: ids.slice(0, 1) } });
    await receipt(chat, { status: 'DELIVERED', of: { externalMessageIds: ids.slice(1) } });
    await told(chat, ['SENT', 'DELIVERED']);
    await Promise.all(ids.map((id) => receipt(chat, { status: 'READ', of: { externalMessageIds: [id] } })));
    await told(chat, ['SENT', 'DELIVERED', 'READ']);
    expect(await chat.parts(messageId)).toMatchObject([{ status: 'READ' }, { status: 'READ' }]);
  });

  it('applies to all of the thread up to a time, and to no other thread', async () => {
    const [first, second] = [await sent('hello'), await sent('hello')];
    const upTo = new Date(Date.now() + 60_000).toISOString();
    await receipt(first.chat, { status: 'READ', of: { upTo: new Date(Date.now() - 60_000).toISOString() } });
    await receipt(first.chat, { status: 'DELIVERED', of: { upTo } });
    await receipt(first.chat, { status: 'READ', of: { upTo } });
    await told(first.chat, ['SENT', 'DELIVERED', 'READ']);
    expect(await statuses(second.chat)).toEqual(['SENT']);
  });

  it('tells of each message where it is by all that comes together', async () => {
    const { chat, messageId, ids } = await sent('one|two');
    const other = await sent('hello');
    const early = { externalMessageIds: ['of-nobody'] };
    await receipts(
      chat,
      { status: 'READ', of: { externalMessageIds: ids.slice(1) } },
      { status: 'DELIVERED', of: { externalMessageIds: ids }, reference: partReference(messageId, 0) },
      { status: 'DELIVERED', of: early },
      { status: 'DELIVERED', of: early },
      { status: 'DELIVERED', of: { externalMessageIds: [] } },
    );
    await told(chat, ['SENT', 'DELIVERED']);
    const [past, present] = [-60_000, 60_000].map((ms) => new Date(Date.now() + ms).toISOString());
    if (!past || !present) throw new Error('two were made');
    const elsewhere = { threadExternalId: other.chat.threadExternalId };
    await receipts(
      chat,
      { status: 'READ', of: { upTo: present } },
      { status: 'READ', of: { upTo: past } },
      { status: 'READ', of: { upTo: present }, ...elsewhere },
    );
    await told(chat, ['SENT', 'DELIVERED', 'READ']);
    expect(await statuses(other.chat)).toEqual(['SENT']);
    const kept = await chat.write(({ sql }) => sql`select external_id as id from channels.early_receipts`);
    expect(kept).toEqual([{ id: 'of-nobody' }]);
  });

  it('fails what was taken and could not be delivered, for an agent to send again', async () => {
    const { chat, ids } = await sent('hello');
    const failure = { code: 'RECIPIENT_NOT_FOUND', message: 'no such number', retryable: false };
    await receipt(chat, { status: 'FAILED', of: { externalMessageIds: ids }, failure });
    await told(chat, ['SENT', 'FAILED']);
    expect((await chat.outcomes()).at(-1)).toMatchObject({ failure });
  });

  it('is kept when it comes before the id is known', async () => {
    const chat = await deliveries.connect('WHATSAPP');
    const externalMessageId = `early-${chat.channelId}`;
    deliveries.confirming.next(async () => {
      await receipt(chat, { status: 'DELIVERED', of: { externalMessageIds: [externalMessageId] } });
      return { kind: 'sent', externalMessageId };
    });
    await chat.send('hello');
    await told(chat, ['DELIVERED']);
    const left = await chat.write(({ sql }) => sql`select 1 as one from channels.early_receipts`);
    expect(left).toEqual([]);
  });

  /** What the platform says of all that the thread got up to now. */
  const seen = (chat: Connected, status: 'DELIVERED' | 'READ', upTo = new Date(Date.now() + 60_000).toISOString()) =>
    applyFacts(deliveries.database, chat.companyId, [
      {
        kind: 'receipt',
        channelId: chat.channelId,
        threadExternalId: chat.threadExternalId,
        status,
        of: { upTo },
        at: upTo,
        failure: null,
        reference: null,
      },
    ]);

  it.each(['DELIVERED', 'READ'] as const)(
    'up to a time counts for a send that is recorded after it: %s',
    async (status) => {
      const [chat, other] = [await deliveries.connect('MESSENGER'), await deliveries.connect('MESSENGER')];
      await seen(other, 'READ', new Date(Date.now() - 60_000).toISOString());
      deliveries.confirming.next(async () => {
        await seen(chat, 'DELIVERED');
        await seen(chat, status);
        return { kind: 'sent', externalMessageId: `seen-${chat.channelId}` };
      });
      await chat.send('hello');
      await told(chat, [status]);
      await other.send('unseen');
      await eventually(async () => expect(await statuses(other)).toEqual(['SENT']));
    },
  );

  it('up to a time counts for a send that is recorded at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const chat = await deliveries.connect('MESSENGER');
      let reading: Promise<unknown> = Promise.resolve();
      deliveries.confirming.next(async () => {
        reading = seen(chat, 'READ');
        return { kind: 'sent', externalMessageId: `moment-${chat.channelId}` };
      });
      await chat.send('hello');
      await eventually(async () => expect((await statuses(chat)).at(-1)).toBe('READ'));
      await reading;
    }
  });

  it('up to a time counts for what was written past the inbox, and is told later', async () => {
    const chat = await deliveries.connect('MESSENGER');
    await seen(chat, 'READ');
    await chat.write((transaction) =>
      recordOutsideMessage(transaction, chat.companyId, {
        messageId: v7(),
        channelId: chat.channelId,
        threadExternalId: chat.threadExternalId,
        externalMessageId: 'outside-2',
        text: 'from the page’s own inbox',
        sentAt: new Date().toISOString(),
      }),
    );
    await eventually(async () => expect(await statuses(chat)).toEqual(['READ']));
  });

  it('confirms by the reference of a status, and fails by it at once', async () => {
    const confirmed = await unconfirmed('perhaps');
    const failed = await unconfirmed('perhaps');
    for (const [{ chat, messageId }, status] of [
      [confirmed, 'DELIVERED'],
      [failed, 'FAILED'],
    ] as const) {
      const of = { externalMessageIds: [`wamid-${chat.channelId}`] };
      await receipt(chat, { status, of, reference: partReference(messageId, 0) });
    }
    await eventually(async () => {
      expect(await statuses(confirmed.chat)).toEqual(['DELIVERED']);
      expect(await statuses(failed.chat)).toEqual(['FAILED']);
    });
  });

  it('finds messages that were written past the inbox, also when it was quicker than they', async () => {
    const chat = await deliveries.connect('MESSENGER');
    const messageId = v7();
    const of = { externalMessageIds: ['outside-1'] };
    await receipt(chat, { status: 'DELIVERED', of });
    await chat.write((transaction) =>
      recordOutsideMessage(transaction, chat.companyId, {
        messageId,
        channelId: chat.channelId,
        threadExternalId: chat.threadExternalId,
        externalMessageId: 'outside-1',
        text: 'from the page’s own inbox',
        sentAt: new Date().toISOString(),
      }),
    );
    await receipt(chat, { status: 'READ', of });
    await told(chat, ['DELIVERED', 'READ']);
    expect((await chat.outcomes()).at(-1)).toMatchObject({ messageId, conversationId: null });
  });
});
