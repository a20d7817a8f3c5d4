import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, testRedis, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { resumeQueues } from '../commands/resumeQueues.ts';
import type { Refusal } from '../platforms/outbound.ts';
import { openDeliveries, type Connected, type Deliveries } from '../testing/deliveryHarness.ts';

const refusal = (code: string, more: Partial<Refusal> = {}) =>
  ({ kind: 'refused', failure: { code, message: `said ${code}`, retryable: true }, again: false, ...more }) as const;

describe('a change of a message', () => {
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

  const told = (chat: Connected, count: number) =>
    eventually(async () => {
      const outcomes = await chat.outcomes();
      expect(outcomes).toHaveLength(count);
      return outcomes;
    });
  const revised = (chat: Connected, count = 1) =>
    eventually(async () => {
      const outcomes = await chat.revised();
      expect(outcomes).toHaveLength(count);
      return outcomes;
    });
  const changesOf = (chat: Connected) =>
    deliveries.silent.changes
      .filter(({ channelId }) => channelId === chat.channelId)
      .map(({ externalMessageId, content }) => [
        externalMessageId,
        content && 'text' in content ? content.text : content,
      ]);
  const sentTo = (chat: Connected) =>
    [...deliveries.silent.sent, ...deliveries.confirming.sent]
      .filter(({ channelId }) => channelId === chat.channelId)
      .map(({ part }) => 'text' in part && part.text);

  /** The change is in its queue. */
  const queued = (chat: Connected) =>
    eventually(async () => {
      const rows = await chat.write(
        ({ sql }) => sql`select 1 as one from channels.revisions where conversation_id = ${chat.conversationId}`,
      );
      expect(rows).toHaveLength(1);
    });

  /** A message that is with the platform, each part under `<n>-<channel>`. */
  async function sent(text: string) {
    const chat = await deliveries.connect();
    const ids = text.split('|').map((_, index) => `${String(index)}-${chat.channelId}`);
    deliveries.silent.next(...ids.map((externalMessageId) => ({ kind: 'sent', externalMessageId }) as const));
    const { data, messageId } = await chat.send(text);
    await told(chat, 1);
    return { chat, data, messageId, ids };
  }

  /** A message that waits for an hour, and what would come after it. */
  async function waiting(platform: 'TELEGRAM' | 'MESSENGER' = 'TELEGRAM') {
    const chat = await deliveries.connect(platform);
    const scripted = platform === 'TELEGRAM' ? deliveries.silent : deliveries.confirming;
    scripted.next(refusal('RATE_LIMITED', { again: true, waitMs: 3_600_000 }));
    const first = await chat.send('Helo');
    await eventually(() => expect(sentTo(chat)).toEqual(['Helo']));
    await eventually(async () => expect((await chat.queue())[0]?.leasedBy).toBeNull());
    return { chat, ...first };
  }

  it('is made where the contact has it, and told once, however often it is wanted', async () => {
    const { chat, data, messageId, ids } = await sent('Helo');
    const { event, revisionId } = await chat.revise(data, 'EDIT', 'Hello');
    const subject = `events.conversation.${chat.companyId}.message.revised`;
    const body = JSON.stringify(event);
    await Promise.all(Array.from({ length: 5 }, () => deliveries.nats.jetstream.publish(subject, body)));
    const done = { messageId, revisionId, kind: 'EDIT', text: 'Hello', status: 'DONE', failure: null };
    expect(await revised(chat)).toMatchObject([done]);
    await chat.revise(data, 'DELETE');
    expect(await revised(chat, 2)).toMatchObject([done, { kind: 'DELETE', status: 'DONE' }]);
    expect(changesOf(chat)).toEqual([
      [ids[0], 'Hello'],
      [ids[0], null],
    ]);
    await eventually(async () => expect(await chat.queue()).toEqual([]));
  });

  it('touches of a message in parts only those that change, and all of them when it is deleted', async () => {
    const { chat, data, ids } = await sent('one|tow|three');
    await chat.revise(data, 'EDIT', 'one|two|three');
    await chat.revise(data, 'EDIT', 'one|two|four');
    await chat.revise(data, 'DELETE');
    await revised(chat, 3);
    expect(changesOf(chat)).toEqual([[ids[1], 'two'], [ids[2], 'four'], ...ids.map((id) => [id, null])]);
  });

  it('that would need other parts than went out is refused', async () => {
    const { chat, data } = await sent('one|two');
    await chat.revise(data, 'EDIT', 'one');
    await chat.revise(data, 'EDIT', 'one|two|three');
    const refused = {
      status: 'REFUSED',
      failure: { code: 'NOT_SUPPORTED', message: expect.stringMatching(/2 of .* would be/) },
    };
    expect(await revised(chat, 2)).toMatchObject([refused, refused]);
    expect(changesOf(chat)).toEqual([]);
  });

  it('of a message that has not gone out changes what goes out', async () => {
    for (const platform of ['TELEGRAM', 'MESSENGER'] as const) {
      const { chat, data } = await waiting(platform);
      await chat.revise(data, 'EDIT', 'Hello|world');
      await queued(chat);
      await chat.hurry();
      expect(await revised(chat)).toMatchObject([{ status: 'DONE', text: 'Hello|world' }]);
      expect(await told(chat, 1)).toMatchObject([{ status: 'SENT' }]);
      expect(sentTo(chat)).toEqual(['Helo', 'Hello', 'world']);
      expect(changesOf(chat)).toEqual([]);
    }
  });

  it('takes a message that has not gone out out of the queue, and the others go on', async () => {
    const { chat, data, messageId, event } = await waiting();
    const next = await chat.send('next');
    await chat.revise(data, 'DELETE');
    await queued(chat);
    await chat.hurry();
    expect(await revised(chat)).toMatchObject([{ messageId, kind: 'DELETE', status: 'DONE' }]);
    expect(await told(chat, 1)).toMatchObject([{ messageId: next.messageId, status: 'SENT' }]);
    await deliveries.nats.jetstream.publish(
      `events.conversation.${chat.companyId}.message.created`,
      JSON.stringify(event),
    );
    await chat.send('last');
    await told(chat, 2);
    expect(sentTo(chat)).toEqual(['Helo', 'next', 'last']);
  });

  it('comes behind what was written before it', async () => {
    const { chat, data, ids } = await sent('Helo');
    deliveries.silent.next(refusal('RATE_LIMITED', { again: true, waitMs: 3_600_000 }));
    await chat.send('waits');
    await eventually(() => expect(sentTo(chat)).toEqual(['Helo', 'waits']));
    await eventually(async () => expect((await chat.queue())[0]?.leasedBy).toBeNull());
    await chat.revise(data, 'EDIT', 'Hello');
    await queued(chat);
    expect(changesOf(chat)).toEqual([]);
    await chat.hurry();
    await revised(chat);
    expect(sentTo(chat)).toEqual(['Helo', 'waits', 'waits']);
    expect(changesOf(chat)).toEqual([[ids[0], 'Hello']]);
  });

  it('is tried again for as long as the platform wants, also when nobody knows whether it was made', async () => {
    const { chat, data, ids } = await sent('Helo');
    deliveries.silent.nextChange(refusal('RATE_LIMITED', { again: true, waitMs: 0 }), {
      kind: 'unconfirmed',
      reason: 'the connection broke',
    });
    await chat.revise(data, 'EDIT', 'Hello');
    await eventually(() => expect(changesOf(chat)).toHaveLength(2));
    await eventually(async () => {
      await chat.hurry();
      expect(await chat.revised()).toMatchObject([{ status: 'DONE' }]);
    });
    expect(changesOf(chat)).toEqual([
      [ids[0], 'Hello'],
      [ids[0], 'Hello'],
      [ids[0], 'Hello'],
    ]);
  });

  it('is given up after eight tries, or at once when the platform says so, and the next goes on', async () => {
    const { chat, data } = await sent('Helo');
    deliveries.silent.nextChange(
      ...Array.from({ length: 8 }, () => refusal('PLATFORM_UNAVAILABLE', { again: true, waitMs: 0 })),
      refusal('NOT_SUPPORTED'),
    );
    for (const text of ['one', 'two', 'three']) await chat.revise(data, 'EDIT', text);
    expect(await revised(chat, 3)).toMatchObject([
      { text: 'one', status: 'REFUSED', failure: { code: 'PLATFORM_UNAVAILABLE' } },
      { text: 'two', status: 'REFUSED', failure: { code: 'NOT_SUPPORTED' } },
      { text: 'three', status: 'DONE' },
    ]);
  });

  it('is refused where the platform changes nothing that it has', async () => {
    const chat = await deliveries.connect('MESSENGER');
    const { data } = await chat.send('Helo');
    await told(chat, 1);
    await chat.revise(data, 'EDIT', 'Hello');
    await chat.revise(data, 'DELETE');
    const refused = { status: 'REFUSED', failure: { code: 'NOT_SUPPORTED', retryable: false } };
    expect(await revised(chat, 2)).toMatchObject([refused, refused]);
  });

  it('waits while the channel is paused, and for a new token', async () => {
    const { chat, data } = await sent('Helo');
    await chat.setStatus('PAUSED');
    await chat.revise(data, 'EDIT', 'Hello');
    await eventually(async () => expect(await chat.queue()).toMatchObject([{ dueAt: Infinity }]));
    expect(changesOf(chat)).toEqual([]);
    deliveries.silent.nextChange(refusal('CHANNEL_UNAUTHORIZED', { unauthorized: true }));
    const resume = () => chat.write(({ sql }) => resumeQueues(sql, chat.companyId, chat.channelId));
    await chat.setStatus('ACTIVE');
    await resume();
    await eventually(() => expect(changesOf(chat)).toHaveLength(1));
    await eventually(async () => expect(await chat.queue()).toMatchObject([{ dueAt: Infinity }]));
    await chat.setStatus('ACTIVE');
    await resume();
    expect(await revised(chat)).toMatchObject([{ status: 'DONE' }]);
  });

  it('is refused when the channel was removed, or is of another company, or knows no such message', async () => {
    const { chat, data } = await sent('Helo');
    const theirs = await sent('theirs');
    await chat.revise({ ...data, message: { ...data.message, id: theirs.messageId } }, 'DELETE');
    expect(await revised(chat)).toMatchObject([{ status: 'REFUSED', failure: { code: 'NOT_SUPPORTED' } }]);
    const elsewhere = { ...data.conversation, channelId: theirs.chat.channelId };
    await chat.revise({ ...data, conversation: elsewhere }, 'DELETE');
    expect((await revised(chat, 2))[1]).toMatchObject({ status: 'REFUSED', failure: { code: 'CHANNEL_NOT_FOUND' } });
    await chat.setStatus('REMOVED');
    await chat.revise(data, 'DELETE');
    expect((await revised(chat, 3))[2]).toMatchObject({ status: 'REFUSED', failure: { code: 'CHANNEL_REMOVED' } });
    expect([...changesOf(chat), ...changesOf(theirs.chat)]).toEqual([]);
  });

  it('is refused of a message of which nobody knows whether it arrived', async () => {
    const chat = await deliveries.connect();
    deliveries.silent.next({ kind: 'unconfirmed', reason: 'the connection broke' });
    const { data } = await chat.send('perhaps');
    expect(await told(chat, 1)).toMatchObject([{ status: 'FAILED' }]);
    await chat.revise(data, 'DELETE');
    const message = expect.stringMatching(/not known/);
    expect(await revised(chat)).toMatchObject([{ status: 'REFUSED', failure: { code: 'NOT_SUPPORTED', message } }]);
  });

  it('of a message under way is made after it, when both come at the same moment', async () => {
    for (let round = 0; round < 8; round++) {
      const chat = await deliveries.connect();
      const { data } = await chat.send('Helo');
      await chat.revise(data, 'EDIT', 'Hello');
      await revised(chat);
      await told(chat, 1);
      const last = changesOf(chat).at(-1)?.[1] ?? sentTo(chat).at(-1);
      expect(last).toBe('Hello');
    }
  });
});
