import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { connection, openInbox, received, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { changeStatus } from './changeStatus.ts';
import type { SendMessageInput } from './messageContent.ts';
import { recordActivity } from './recordActivity.ts';
import { recordChannel } from './recordChannel.ts';
import { removeMessage } from './removeMessage.ts';
import { sendMessage } from './sendMessage.ts';

describe('an answer', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let conversationId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    conversationId = await write(inbox, acme, { sentAt: new Date(Date.now() - 30_000).toISOString() });
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const send = (input: Partial<SendMessageInput> = {}, identity = acme.ada) =>
    sendMessage(inbox.database, identity, { conversationId, text: 'On its way', idempotencyKey: v7(), ...input });
  const codes = (outcome: Awaited<ReturnType<typeof send>>) =>
    'userErrors' in outcome ? outcome.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`) : [];
  const conversation = async () =>
    (await inbox.rows('select * from conversations.conversations where id = $1', [conversationId]))[0];
  const messages = () =>
    inbox.rows<{ id: string; text: string }>(
      `select * from conversations.messages where conversation_id = $1 and direction = 'OUTBOUND'`,
      [conversationId],
    );

  test('is queued for the thread that the contact wrote from, and ends the waiting', async () => {
    const outcome = await send({ text: '  On its way \0' });
    const [message] = await messages();
    expect(outcome).toEqual({ messageId: message?.id });
    expect(message).toMatchObject({ text: 'On its way', status: 'QUEUED', author_id: acme.ada.agentId });
    expect(await conversation()).toMatchObject({
      waiting_since: null,
      touched_by_agent: true,
      message_count: 2,
      inbound_count: 1,
      last_message_id: message?.id,
    });
    const events = await inbox.told();
    expect(events).toMatchObject([
      {
        type: 'conversation.message.created',
        actor: { kind: 'agent', id: acme.ada.agentId },
        data: { delivery: { threadExternalId: 'thread-customer-1', replyToExternalId: null } },
      },
    ]);
    const [event] = events;
    const seconds = event?.type === 'conversation.message.created' ? event.data.firstResponseSeconds : null;
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThan(60);
  });

  test('that is not the first has no response time', async () => {
    await send();
    await write(inbox, acme);
    await inbox.told();
    await send();
    expect(await inbox.told()).toMatchObject([{ data: { firstResponseSeconds: null } }]);
  });

  test('sent fifty times with one key, in parallel, is one message', async () => {
    const idempotencyKey = v7();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => send({ idempotencyKey })));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(await messages()).toHaveLength(1);
    expect(await inbox.told()).toHaveLength(1);
  });

  test('with the key of another message is refused; another agent may have the same key', async () => {
    const idempotencyKey = 'key';
    const other = await write(inbox, acme, { from: 'customer-2' });
    await send({ idempotencyKey });
    const reused = ['IDEMPOTENCY_KEY_REUSED input.idempotencyKey'];
    expect(codes(await send({ idempotencyKey, text: 'Something else' }))).toEqual(reused);
    expect(codes(await send({ idempotencyKey, isPrivate: true }))).toEqual(reused);
    expect(codes(await send({ idempotencyKey, attachmentUrls: ['https://example.com/a.pdf'] }))).toEqual(reused);
    expect(codes(await send({ idempotencyKey, conversationId: other }))).toEqual(reused);
    expect(await send({ idempotencyKey }, acme.ben)).toHaveProperty('messageId');
  });

  test('with one key in two conversations at once goes into one of them', async () => {
    const other = await write(inbox, acme, { from: 'customer-2' });
    const idempotencyKey = v7();
    const outcomes = await Promise.all([send({ idempotencyKey }), send({ idempotencyKey, conversationId: other })]);
    expect(outcomes.flatMap(codes)).toEqual(['IDEMPOTENCY_KEY_REUSED input.idempotencyKey']);
    const sent = await inbox.rows(`select from conversations.messages where idempotency_key = $1`, [idempotencyKey]);
    expect(sent).toHaveLength(1);
  });

  test('takes the conversation over, whatever its status', async () => {
    for (const status of ['SNOOZED', 'PENDING', 'RESOLVED'] as const) {
      await changeStatus(inbox.database, acme.ada, { conversationId, status });
      await inbox.told();
      await send();
      expect(await conversation()).toMatchObject({ status: 'OPEN' });
      expect((await inbox.told()).map(({ type }) => type)).toEqual([
        'conversation.status.changed',
        'conversation.message.created',
      ]);
    }
  });

  test('as a note is for agents only: it goes nowhere, answers nobody and changes no status', async () => {
    await changeStatus(inbox.database, acme.ada, { conversationId, status: 'SNOOZED' });
    await inbox.told();
    await send({ isPrivate: true, text: 'A regular' });
    expect(await messages()).toMatchObject([{ is_private: true, status: 'SENT' }]);
    const row = await conversation();
    expect(row).toMatchObject({ status: 'SNOOZED', touched_by_agent: false, first_replied_at: null });
    expect(row).not.toMatchObject({ waiting_since: null });
    expect(await inbox.told()).toMatchObject([{ data: { delivery: null, firstResponseSeconds: null } }]);
  });

  test('quotes a message of the conversation, by the id that the platform knows', async () => {
    const other = await write(inbox, acme, { from: 'customer-2', externalMessageId: 'elsewhere' });
    const [asked, elsewhere] = await Promise.all(
      [conversationId, other].map(async (id) => {
        const [row] = await inbox.rows<{ id: string; external_id: string }>(
          'select id, external_id from conversations.messages where conversation_id = $1',
          [id],
        );
        return row;
      }),
    );
    await inbox.told();
    await send({ replyToId: asked?.id ?? null });
    expect(await inbox.told()).toMatchObject([{ data: { delivery: { replyToExternalId: asked?.external_id } } }]);
    const missing = ['NOT_FOUND input.replyToId'];
    expect(codes(await send({ replyToId: elsewhere?.id ?? null }))).toEqual(missing);
    expect(codes(await send({ replyToId: 'nonsense' }))).toEqual(missing);
  });

  /** The contact's message, as the platform knows it, and a note beside it. */
  async function messageAndNote(): Promise<{ messageId: string; externalMessageId: string; noteId: string }> {
    const externalMessageId = v7();
    await write(inbox, acme, { externalMessageId });
    const [message] = await inbox.rows<{ id: string }>('select id from conversations.messages where external_id = $1', [
      externalMessageId,
    ]);
    const note = await send({ isPrivate: true, text: 'A regular' });
    return { messageId: message?.id ?? '', externalMessageId, noteId: 'messageId' in note ? note.messageId : '' };
  }
  const deleteIt = (externalMessageId: string) => {
    const { companyId, data } = received(acme);
    const { channelId, threadExternalId } = data;
    const removed = { channelId, threadExternalId, externalMessageId, removedAt: new Date().toISOString() };
    return removeMessage(inbox.database, { companyId, data: removed });
  };

  test('quotes no note, which the contact must not see; a note may', async () => {
    const { noteId } = await messageAndNote();
    await inbox.told();
    expect(codes(await send({ replyToId: noteId }))).toEqual(['INVALID input.replyToId']);
    expect(await inbox.told()).toEqual([]);
    expect(codes(await send({ replyToId: noteId, isPrivate: true }))).toEqual([]);
    expect(await inbox.told()).toMatchObject([{ data: { delivery: null } }]);
  });

  test('quotes nothing that was deleted; a note may point to it, and what was sent before is the same message', async () => {
    const { messageId: replyToId, externalMessageId } = await messageAndNote();
    const idempotencyKey = v7();
    const sent = await send({ replyToId, idempotencyKey });
    await deleteIt(externalMessageId);
    await inbox.told();
    expect(codes(await send({ replyToId }))).toEqual(['MESSAGE_DELETED input.replyToId']);
    expect(await inbox.told()).toEqual([]);
    expect(codes(await send({ replyToId, isPrivate: true }))).toEqual([]);
    expect(await send({ replyToId, idempotencyKey })).toEqual(sent);
    expect(codes(await send({ idempotencyKey }))).toEqual(['IDEMPOTENCY_KEY_REUSED input.idempotencyKey']);
  });

  test('carries attachments, without a text if need be', async () => {
    await send({ text: null, attachmentUrls: ['https://example.com/invoice.pdf'] });
    expect(await messages()).toMatchObject([
      { text: null, attachments: [{ kind: 'FILE', url: 'https://example.com/invoice.pdf' }] },
    ]);
  });

  test('shows a picture, a film and a sound as what they are, as far as the address says', async () => {
    const files = ['a.JPG?size=2', 'a.mp4', 'a.ogg', 'a.zip', 'jpg'];
    await send({ attachmentUrls: files.map((file) => `https://example.com/${file}`) });
    const [message] = await messages();
    const kinds = ['IMAGE', 'VIDEO', 'AUDIO', 'FILE', 'FILE'];
    expect(message).toMatchObject({ attachments: kinds.map((kind) => ({ kind })) });
  });

  test.each<[string, Partial<SendMessageInput>, string[]]>([
    ['without content', { text: ' \n' }, ['INVALID input.text']],
    ['too long', { text: 'x'.repeat(10_001) }, ['INVALID input.text']],
    [
      'with a file that is no https address',
      { attachmentUrls: ['http://example.com/a'] },
      ['INVALID input.attachmentUrls'],
    ],
    ['with a file of this server', { attachmentUrls: ['file:///etc/passwd'] }, ['INVALID input.attachmentUrls']],
    [
      'with too many files',
      { attachmentUrls: Array(11).fill('https://example.com/a') },
      ['INVALID input.attachmentUrls'],
    ],
    ['without a key', { idempotencyKey: '' }, ['INVALID input.idempotencyKey']],
    ['to no conversation', { conversationId: v7() }, ['NOT_FOUND input.conversationId']],
    ['to nonsense', { conversationId: 'nonsense' }, ['NOT_FOUND input.conversationId']],
    ['with everything wrong', { text: '', idempotencyKey: '' }, ['INVALID input.text', 'INVALID input.idempotencyKey']],
  ])('%s is refused and leaves nothing', async (_what, input, expected) => {
    expect(codes(await send(input))).toEqual(expected);
    expect(await messages()).toEqual([]);
    expect(await inbox.told()).toEqual([]);
  });

  test('into another company is refused as if there were no such conversation', async () => {
    const globex = await inbox.addCompany();
    expect(codes(await send({}, globex.ada))).toEqual(['NOT_FOUND input.conversationId']);
    expect(await messages()).toEqual([]);
  });

  test('is for agents of the company only', async () => {
    const stranger = { ...acme.ada, agentId: v7() };
    await expect(send({}, stranger)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    await expect(
      sendMessage(inbox.database, acme.partner, { conversationId, text: 'Hi', idempotencyKey: 'k' }),
    ).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  test('to what is resolved is refused while the contact goes on in another conversation', async () => {
    await changeStatus(inbox.database, acme.ada, { conversationId, status: 'RESOLVED' });
    await inbox.rows(`update conversations.conversations set resolved_at = now() - interval '4 days' where id = $1`, [
      conversationId,
    ]);
    await write(inbox, acme);
    await inbox.told();
    expect(codes(await send())).toEqual(['SUPERSEDED input.conversationId']);
    expect(codes(await send({ isPrivate: true }))).toEqual([]);
  });

  describe('that may not arrive', () => {
    /** The contact wrote by Messenger so many hours ago. */
    const writtenByMessenger = async (hours: number) => {
      const sentAt = new Date(Date.now() - hours * 3_600_000).toISOString();
      conversationId = await write(inbox, acme, { from: 'customer-2', platform: 'MESSENGER', sentAt });
      await inbox.told();
    };
    const block = (kind: 'BLOCKED' | 'UNBLOCKED', from = 'customer-1') => {
      const { companyId, data } = received(acme, { from });
      const { channelId, threadExternalId, contact } = data;
      const what = { kind, detail: {}, occurredAt: new Date().toISOString() };
      return recordActivity(inbox.database, { companyId, data: { channelId, threadExternalId, contact, ...what } });
    };
    const closed = ['WINDOW_CLOSED input.conversationId'];

    test.each([
      ['within the standard window', 23, {}, []],
      ['after it, by a channel that may answer as a person', 25, { humanAgent: true }, []],
      ['after it, by one that may not', 25, { humanAgent: false }, closed],
      ['after the window for people', 7 * 24 + 1, { humanAgent: true }, closed],
    ] as const)('%s, is refused before it is queued if the platform would', async (_when, hours, state, expected) => {
      await writtenByMessenger(hours);
      await recordChannel(inbox.database, connection(acme, state));
      expect(codes(await send())).toEqual(expected);
      expect(await messages()).toHaveLength(expected.length === 0 ? 1 : 0);
    });

    test('by a channel of which nothing is known is left to the platform, also when another company’s is gone', async () => {
      await writtenByMessenger(25);
      const globex = { ...(await inbox.addCompany()), channelId: acme.channelId };
      await recordChannel(inbox.database, connection(globex, { status: 'REMOVED' }));
      expect(codes(await send())).toEqual([]);
    });

    test('to a contact who has blocked the channel is refused, until it is unblocked', async () => {
      await block('BLOCKED');
      expect(codes(await send())).toEqual(['RECIPIENT_BLOCKED input.conversationId']);
      expect(codes(await send({ isPrivate: true }))).toEqual([]);
      await block('UNBLOCKED');
      expect(codes(await send())).toEqual([]);
    });

    test('by a channel that was removed is refused; by one that is paused or needs a token it is queued', async () => {
      for (const status of ['PAUSED', 'NEEDS_REAUTHORIZATION'] as const) {
        await recordChannel(inbox.database, connection(acme, { status }));
        expect(codes(await send())).toEqual([]);
      }
      await recordChannel(inbox.database, connection(acme, { status: 'REMOVED' }));
      expect(codes(await send())).toEqual(['CHANNEL_REMOVED input.conversationId']);
    });

    test('but was sent under the same key already gives that message', async () => {
      const idempotencyKey = v7();
      const sent = await send({ idempotencyKey });
      await recordChannel(inbox.database, connection(acme, { status: 'REMOVED' }));
      expect(await send({ idempotencyKey })).toEqual(sent);
    });

    test('by what is told late of its channel is not refused', async () => {
      const earlier = new Date(Date.now() - 60_000).toISOString();
      await recordChannel(inbox.database, connection(acme, { status: 'ACTIVE' }));
      await recordChannel(inbox.database, connection(acme, { status: 'REMOVED' }, earlier));
      expect(codes(await send())).toEqual([]);
    });
  });
});
