import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DAY_MS, echoed, openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { changeStatus } from './changeStatus.ts';
import { recordEcho } from './recordEcho.ts';

describe('what the company writes past the inbox', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const record = (event: ReturnType<typeof echoed>) =>
    recordEcho(inbox.database, event, { reopenWithinMs: 3 * DAY_MS });
  const conversations = (company = acme) =>
    inbox.rows<{ id: string; waiting_since: Date | null; [column: string]: unknown }>(
      'select * from conversations.conversations where company_id = $1 order by number',
      [company.companyId],
    );
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();

  test('begins a conversation that nobody waits in, with nothing unread', async () => {
    const event = echoed(acme, { text: 'We have news for you' });
    await record(event);
    const [conversation] = await conversations();
    expect(conversation).toMatchObject({
      status: 'OPEN',
      inbound_count: 0,
      message_count: 1,
      waiting_since: null,
      first_replied_at: null,
      last_message_id: event.data.messageId,
    });
    expect(await inbox.told()).toMatchObject([
      { type: 'conversation.opened', actor: { kind: 'system' } },
      {
        type: 'conversation.message.created',
        data: {
          conversation: { threadExternalId: 'thread-customer-1' },
          message: {
            id: event.data.messageId,
            direction: 'OUTBOUND',
            authorKind: 'CHANNEL',
            authorId: acme.channelId,
            status: 'SENT',
          },
          delivery: null,
          firstResponseSeconds: null,
        },
      },
    ]);
  });

  test('goes into the contact’s conversation and ends the waiting, without an agent', async () => {
    const id = await write(inbox, acme, { sentAt: ago(60) });
    await inbox.told();
    await record(echoed(acme, { sentAt: ago(30) }));
    expect(await conversations()).toMatchObject([
      { id, waiting_since: null, assignee_id: null, inbound_count: 1, message_count: 2, touched_by_agent: true },
    ]);
    const [event] = await inbox.told();
    const seconds = event?.type === 'conversation.message.created' ? event.data.firstResponseSeconds : null;
    expect(seconds).toBeCloseTo(30, 0);
  });

  test('is one message, however often and in however many processes it is told', async () => {
    const event = echoed(acme);
    await Promise.all(Array.from({ length: 20 }, () => record(event)));
    expect(await conversations()).toMatchObject([{ number: 1, message_count: 1 }]);
    expect(await inbox.told()).toHaveLength(2);
  });

  test('at the same moment as the contact leaves one conversation of both', async () => {
    await Promise.all([record(echoed(acme)), write(inbox, acme), record(echoed(acme)), write(inbox, acme)]);
    expect(await conversations()).toMatchObject([{ number: 1, message_count: 4, inbound_count: 2 }]);
  });

  test('told late is no answer to what the contact wrote since', async () => {
    await write(inbox, acme, { sentAt: ago(60) });
    await record(echoed(acme, { sentAt: ago(90) }));
    const [conversation] = await conversations();
    expect(conversation?.waiting_since).not.toBeNull();
    expect(conversation).toMatchObject({ message_count: 2, first_replied_at: null });
  });

  test('takes over what sleeps, opens again what is resolved, and begins anew when that is long ago', async () => {
    const id = await write(inbox, acme);
    for (const status of ['SNOOZED', 'PENDING', 'RESOLVED'] as const) {
      await changeStatus(inbox.database, acme.ada, { conversationId: id, status });
      await inbox.told();
      await inbox.rows(
        `update conversations.conversations set resolved_at = now() - interval '1 minute'
        where id = $1 and resolved_at is not null`,
        [id],
      );
      await record(echoed(acme));
      expect(await conversations()).toMatchObject([{ status: 'OPEN' }]);
      expect((await inbox.told()).map(({ type }) => type)).toEqual([
        'conversation.status.changed',
        'conversation.message.created',
      ]);
    }
    await changeStatus(inbox.database, acme.ada, { conversationId: id, status: 'RESOLVED' });
    await record(echoed(acme, { sentAt: ago(60) }));
    expect(await conversations()).toMatchObject([{ status: 'RESOLVED' }]);
    await inbox.rows(`update conversations.conversations set resolved_at = now() - interval '4 days' where id = $1`, [
      id,
    ]);
    await record(echoed(acme));
    expect(await conversations()).toMatchObject([{ status: 'RESOLVED' }, { status: 'OPEN' }]);
  });

  test('of two companies with the same ids stays apart', async () => {
    const globex = { ...(await inbox.addCompany()), channelId: acme.channelId };
    await record(echoed(acme, { externalMessageId: 'the same' }));
    await record(echoed(globex, { externalMessageId: 'the same' }));
    expect(await conversations()).toHaveLength(1);
    expect(await conversations(globex)).toHaveLength(1);
  });
});
