import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgresServer, testRedis, type TestServer } from '#test/stack/index.ts';
import { resumeQueues } from '../commands/resumeQueues.ts';
import type { SendResult } from '../platforms/outbound.ts';
import { openDeliveries, TROUBLE_PAUSE_MS, type Connected, type Deliveries } from '../testing/deliveryHarness.ts';

const unanswered: SendResult = { kind: 'unconfirmed', reason: 'the connection broke' };
const refusal = (code: string, more: object = {}): SendResult => ({
  kind: 'refused',
  failure: { code, message: `said ${code}`, retryable: true },
  again: false,
  ...more,
});

describe('the delivery queues', () => {
  let postgres: TestServer;
  let natsServer: TestServer;
  let redis: TestServer;
  let deliveries: Deliveries;

  beforeAll(async () => {
    [postgres, natsServer, redis] = await Promise.all([testPostgresServer(), testNats(), testRedis()]);
    const [adminUrl, natsUrl, redisUrl] = [postgres.url, natsServer.url, redis.url];
    deliveries = await openDeliveries({ adminUrl, natsUrl, redisUrl });
  });

  afterAll(async () => {
    await deliveries.main.stop();
    await Promise.all([postgres.close(), natsServer.close(), redis.close()]);
  });

  async function told(chat: Connected, count = 1) {
    return eventually(async () => {
      const outcomes = await chat.outcomes();
      expect(outcomes).toHaveLength(count);
      return outcomes;
    });
  }

  it('send a message once, however often its event comes, and tell it', async () => {
    const chat = await deliveries.connect();
    const { event } = await chat.send('once');
    const body = JSON.stringify(event);
    const subject = `events.conversation.${chat.companyId}.message.created`;
    await Promise.all(Array.from({ length: 10 }, () => deliveries.nats.jetstream.publish(subject, body)));
    await chat.send('afterwards');
    expect(await told(chat, 2)).toMatchObject([
      { status: 'SENT', conversationId: chat.conversationId, threadExternalId: chat.threadExternalId },
      { status: 'SENT', failure: null },
    ]);
    expect(sentTo(chat)).toEqual(['once', 'afterwards']);
    await eventually(async () => expect(await chat.queue()).toEqual([]));
  });

  function sentTo(chat: Connected): string[] {
    return [...deliveries.silent.sent, ...deliveries.confirming.sent]
      .filter(({ options }) => options.threadExternalId === chat.threadExternalId)
      .map(({ part }) => ('text' in part ? part.text : part.file.url));
  }

  it('name each part by its reference, and give the answer’s target to the first alone', async () => {
    const chat = await deliveries.connect();
    const { messageId } = await chat.send('a|b', {
      replyToExternalId: 'external-0',
      attachments: ['https://x.example/1'],
    });
    await told(chat);
    const sent = deliveries.silent.sent.filter(({ channelId }) => channelId === chat.channelId);
    expect(sent.map(({ options }) => [options.reference, options.replyToExternalId])).toEqual([
      [`sb:${messageId}:0`, 'external-0'],
      [`sb:${messageId}:1`, null],
      [`sb:${messageId}:2`, null],
    ]);
  });

  it('give the platform an address of our own copy of a file, and of no other company’s', async () => {
    const [chat, theirs] = [await deliveries.connect(), await deliveries.connect()];
    const attachments = ['https://x.example/1'];
    await chat.send(null, { attachments, fileKey: `${chat.companyId}/file` });
    await chat.send(null, { attachments, fileKey: `${theirs.companyId}/file` });
    await told(chat, 2);
    expect(sentTo(chat)).toEqual([`https://files.example.com/${chat.companyId}/file`, 'https://x.example/1']);
  });

  it('send nothing of a message with a file that the platform takes in no way, and say why', async () => {
    const chat = await deliveries.connect('INSTAGRAM');
    await chat.send('with a list', { attachments: ['https://x.example/list.zip'] });
    await chat.send('with a bill', { attachments: ['https://x.example/bill.pdf'] });
    const message = expect.stringMatching(/^Instagram does not take the file.*application\/zip.*application\/pdf/);
    expect(await told(chat, 2)).toMatchObject([
      { status: 'FAILED', failure: { code: 'FILE_REFUSED', message, retryable: false } },
      { status: 'SENT' },
    ]);
    expect(sentTo(chat)).toEqual(['with a bill', 'https://x.example/bill.pdf']);
  });

  it('pause for as long as the platform says, without holding up others or sending again what was sent', async () => {
    const [slow, other] = [await deliveries.connect(), await deliveries.connect()];
    deliveries.silent.next(
      { kind: 'sent', externalMessageId: 'first' },
      refusal('RATE_LIMITED', { again: true, waitMs: 3_600_000 }),
    );
    await slow.send('one|two');
    await eventually(() => expect(sentTo(slow)).toEqual(['one', 'two']));
    await slow.send('three');
    await other.send('quick');
    await told(other);
    await eventually(async () => {
      const [queue] = await slow.queue();
      expect(queue?.leasedBy).toBeNull();
      expect(new Date(queue?.dueAt ?? 0).getTime()).toBeGreaterThan(Date.now() + 3_000_000);
    });
    await slow.hurry();
    expect(await told(slow, 2)).toMatchObject([{ externalMessageId: 'first' }, { status: 'SENT' }]);
    expect(sentTo(slow)).toEqual(['one', 'two', 'two', 'three']);
  });

  it('give a message up after eight tries, and go on with the next', async () => {
    const chat = await deliveries.connect();
    deliveries.silent.next(
      ...Array.from({ length: 8 }, () => refusal('PLATFORM_UNAVAILABLE', { again: true, waitMs: 0 })),
    );
    await chat.send('never');
    await chat.send('next');
    expect(await told(chat, 2)).toMatchObject([
      { status: 'FAILED', failure: { code: 'PLATFORM_UNAVAILABLE' } },
      { status: 'SENT' },
    ]);
    expect(sentTo(chat)).toEqual([...Array.from({ length: 8 }, () => 'never'), 'next']);
  });

  it('send a failed message again when an agent wants it, without the parts that have arrived, once for each wish', async () => {
    const chat = await deliveries.connect();
    deliveries.silent.next(
      { kind: 'sent', externalMessageId: 'a' },
      refusal('RECIPIENT_BLOCKED'),
      refusal('RECIPIENT_BLOCKED'),
    );
    const { data } = await chat.send('one|two');
    await told(chat);
    const wish = await chat.retry(data);
    await told(chat, 2);
    await deliveries.nats.jetstream.publish(
      `events.conversation.${chat.companyId}.message.retried`,
      JSON.stringify(wish),
    );
    await chat.send('after');
    await told(chat, 3);
    await chat.retry(data);
    expect(await told(chat, 4)).toMatchObject([
      { status: 'FAILED', failure: { code: 'RECIPIENT_BLOCKED' } },
      { status: 'FAILED' },
      { status: 'SENT' },
      { status: 'SENT', externalMessageId: 'a' },
    ]);
    expect(sentTo(chat)).toEqual(['one', 'two', 'two', 'after', 'two']);
  });

  it('never send again what may have arrived, and ask a person', async () => {
    const chat = await deliveries.connect('TELEGRAM');
    deliveries.silent.next(unanswered);
    const { data } = await chat.send('perhaps');
    await chat.send('next');
    expect(await told(chat, 2)).toMatchObject([
      { status: 'FAILED', failure: { code: 'SEND_UNCONFIRMED', retryable: true } },
      { status: 'SENT' },
    ]);
    expect(sentTo(chat)).toEqual(['perhaps', 'next']);
    await chat.retry(data);
    expect(await told(chat, 3)).toMatchObject([{}, {}, { status: 'SENT', messageId: data.message.id }]);
    expect(sentTo(chat)).toEqual(['perhaps', 'next', 'perhaps']);
  });

  it('wait for the echo of an unconfirmed send where one may come, and then ask a person', async () => {
    const chat = await deliveries.connect('MESSENGER');
    deliveries.confirming.next(unanswered);
    const { messageId } = await chat.send('perhaps');
    await chat.send('next');
    await eventually(async () => expect(await chat.parts(messageId)).toMatchObject([{ status: 'UNCONFIRMED' }]));
    expect(sentTo(chat)).toEqual(['perhaps']);
    await chat.hurry();
    expect(await told(chat, 2)).toMatchObject([
      { status: 'FAILED', failure: { code: 'SEND_UNCONFIRMED' } },
      { status: 'SENT' },
    ]);
  });

  it('lose nothing when the token is refused: all waits until the channel is connected again', async () => {
    const chat = await deliveries.connect();
    deliveries.silent.next(refusal('CHANNEL_UNAUTHORIZED', { unauthorized: true }));
    await chat.send('one');
    await chat.send('two');
    await eventually(async () => expect(await chat.queue()).toMatchObject([{ dueAt: Infinity, leasedBy: null }]));
    expect(sentTo(chat)).toEqual(['one']);
    await chat.write(async ({ sql }) => {
      const rows = await sql`select status from channels.channels where company_id = ${chat.companyId}`;
      expect(rows).toEqual([{ status: 'NEEDS_REAUTHORIZATION' }]);
      await sql`update channels.channels set status = 'ACTIVE' where company_id = ${chat.companyId}`;
      await resumeQueues(sql, chat.companyId, chat.channelId);
    });
    expect(await told(chat, 2)).toMatchObject([{ status: 'SENT' }, { status: 'SENT' }]);
    expect(sentTo(chat)).toEqual(['one', 'one', 'two']);
  });

  it('believe a token that was renewed while the old one was being refused', async () => {
    const chat = await deliveries.connect();
    deliveries.silent.next(async () => {
      const sealed = deliveries.keyring.seal('1:renewed', chat.channelId);
      await chat.write(
        ({ sql }) => sql`update channels.channels set access_token = ${sealed} where company_id = ${chat.companyId}`,
      );
      return refusal('CHANNEL_UNAUTHORIZED', { unauthorized: true });
    });
    await chat.send('hello');
    expect(await told(chat)).toMatchObject([{ status: 'SENT' }]);
    expect(sentTo(chat)).toEqual(['hello', 'hello']);
  });

  it('hold what is for a paused channel, also what is written meanwhile, and fail what is for a removed one', async () => {
    const chat = await deliveries.connect();
    await chat.setStatus('PAUSED');
    await chat.send('one');
    await eventually(async () => expect(await chat.queue()).toMatchObject([{ dueAt: Infinity }]));
    await chat.send('two');
    await chat.write(async ({ sql }) => {
      await sql`update channels.channels set status = 'REMOVED' where company_id = ${chat.companyId}`;
      await resumeQueues(sql, chat.companyId, chat.channelId);
    });
    const failure = { code: 'CHANNEL_REMOVED', retryable: false };
    expect(await told(chat, 2)).toMatchObject([{ failure }, { failure }]);
    expect(sentTo(chat)).toEqual([]);
  });

  it('fail a message for a channel of another company, one without content, and go on', async () => {
    const [chat, theirs] = [await deliveries.connect(), await deliveries.connect()];
    await chat.send('not by their bot', { channelId: theirs.channelId });
    await chat.send(null);
    await chat.send('fine');
    expect(await told(chat, 3)).toMatchObject([
      { failure: { code: 'CHANNEL_NOT_FOUND' } },
      { failure: { code: 'MESSAGE_EMPTY' } },
      { status: 'SENT' },
    ]);
    expect(sentTo(chat)).toEqual(['fine']);
  });

  it.each([
    ['a bot a day after the contact wrote', 'BOT', 25, true, 'WINDOW_CLOSED'],
    ['a person without the permission', 'AGENT', 25, false, 'WINDOW_CLOSED'],
    ['a person with the permission after eight days', 'AGENT', 8 * 24, true, 'WINDOW_CLOSED'],
    ['a person with the permission after a day', 'AGENT', 25, true, undefined],
    ['a partner’s program a day after the contact wrote', 'PARTNER', 25, true, 'WINDOW_CLOSED'],
    ['a bot within the day', 'BOT', 23, true, undefined],
    ['a partner’s program within the day', 'PARTNER', 23, true, undefined],
  ] as const)('keep to the window of the platform: %s', async (_who, authorKind, hours, humanAgent, code) => {
    const chat = await deliveries.connect('MESSENGER');
    await chat.write(async ({ sql }) => {
      await sql`update channels.channels set settings = ${JSON.stringify({ humanAgent })}::jsonb
        where company_id = ${chat.companyId}`;
      await sql`insert into channels.threads (company_id, channel_id, thread_external_id, last_inbound_at)
        values (${chat.companyId}, ${chat.channelId}, ${chat.threadExternalId}, now() - ${hours} * interval '1 hour')`;
    });
    await chat.send('hello', { authorKind });
    const [outcome] = await told(chat);
    expect(outcome?.failure?.code).toBe(code);
    const sent = deliveries.confirming.sent.filter(({ channelId }) => channelId === chat.channelId);
    expect(sent.map((send) => send.humanAgent)).toEqual(code === undefined ? [hours > 24] : []);
  });

  it('leave an account alone whose platform is in trouble, and come back to it', async () => {
    const chat = await deliveries.connect();
    const triedAt: number[] = [];
    const troubled = (_account: unknown, number: number) => {
      const trouble = refusal('PLATFORM_UNAVAILABLE', { again: true, waitMs: 0, platformDown: true });
      return triedAt.push(performance.now()) > 5
        ? { kind: 'sent' as const, externalMessageId: `better-${String(number)}` }
        : trouble;
    };
    deliveries.silent.next(...Array.from({ length: 6 }, () => troubled));
    await chat.send('patience');
    expect(await told(chat)).toMatchObject([{ status: 'SENT' }]);
    expect(sentTo(chat)).toHaveLength(6);
    const [fifth = 0, sixth = 0] = triedAt.slice(4);
    expect(sixth - fifth).toBeGreaterThanOrEqual(TROUBLE_PAUSE_MS);
  });

  it('take over what the version before left behind, once its event comes', async () => {
    const waiting = await deliveries.connect();
    const sending = await deliveries.connect();
    for (const [chat, status] of [
      [waiting, 'WAITING'],
      [sending, 'SENDING'],
    ] as const) {
      const event = chat.written('one|two|three');
      await chat.write(
        ({ sql }) => sql`
          insert into channels.deliveries
            (company_id, message_id, channel_id, conversation_id, status, claimed_by, attempts, sent_parts)
          values (${chat.companyId}, ${event.data.message.id}, ${chat.channelId}, ${chat.conversationId}, ${status},
            ${chat.companyId}, 1, 1)`,
      );
      await deliveries.publish(chat.companyId, event);
    }
    expect(await told(waiting)).toMatchObject([{ status: 'SENT' }]);
    expect(await told(sending)).toMatchObject([{ status: 'FAILED', failure: { code: 'SEND_UNCONFIRMED' } }]);
    expect(sentTo(waiting)).toEqual(['two', 'three']);
    expect(sentTo(sending)).toEqual([]);
  });

  it('keep the paces of the platform, whatever waits', async () => {
    const chat = await deliveries.connect();
    deliveries.silent.pace({ key: chat.channelId, perSecond: 20, burst: 2 });
    const from = performance.now();
    for (let number = 1; number <= 8; number++) await chat.send(String(number));
    await told(chat, 8);
    deliveries.silent.pace();
    expect(sentTo(chat)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    // Two at once, and six at 20 a second.
    expect(performance.now() - from).toBeGreaterThanOrEqual(6 * 50);
  });

  it('tell of health: what waits, what went wrong, and that it works again', async () => {
    const chat = await deliveries.connect();
    const health = () =>
      chat.write(
        ({ sql }) => sql`
          select h.last_error as error, h.last_delivery_at is not null as delivered from channels.channel_health h
          where h.company_id = ${chat.companyId}`,
      );
    deliveries.silent.next(refusal('RATE_LIMITED', { again: true, waitMs: 3_600_000 }));
    await chat.send('hello');
    await eventually(async () =>
      expect(await health()).toEqual([{ error: 'RATE_LIMITED: said RATE_LIMITED', delivered: false }]),
    );
    await chat.hurry();
    await eventually(async () => expect(await health()).toEqual([{ error: null, delivered: true }]));
    const text = await deliveries.main.metrics.text();
    expect(text).toMatch(/switchboard_channels_delivery_queue_age_seconds\S* [\d.]+/);
    expect(text).toMatch(/switchboard_channels_sends_total\{\S*outcome="refused"\S* \d+/);
    expect(text).toMatch(/switchboard_channels_deliveries_total\{\S*outcome="SENT"\S* \d+/);
  });

  it('record what was sent while Postgres died when it is back, without sending it again', async () => {
    const chat = await deliveries.connect();
    const dead = Promise.withResolvers<void>();
    deliveries.silent.next(async () => {
      await dead.promise;
      return { kind: 'sent', externalMessageId: 'survivor' };
    });
    await chat.send('while the database dies');
    await chat.send('next');
    await eventually(() => expect(sentTo(chat)).toHaveLength(1));
    await postgres.kill9();
    dead.resolve();
    await postgres.restart();
    expect(await told(chat, 2)).toMatchObject([{ status: 'SENT', externalMessageId: 'survivor' }, { status: 'SENT' }]);
    expect(sentTo(chat)).toEqual(['while the database dies', 'next']);
  });
});
