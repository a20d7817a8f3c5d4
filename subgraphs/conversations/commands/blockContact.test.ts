import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { inboxCounts } from '../queries/inboxCounts.ts';
import { contactOf } from '../testing/contacts.ts';
import { refusals as codes } from '../testing/people.ts';
import { DAY_MS, openInbox, write, type TestCompany, type TestInbox, viewer } from '../testing/inbox.ts';
import { blockContact, unblockContact } from './blockContact.ts';
import { changeStatus } from './changeStatus.ts';
import { markRead } from './markRead.ts';
import { sendMessage } from './sendMessage.ts';

describe('a contact who is blocked', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let contactId: string;
  let conversationId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    conversationId = await write(inbox, acme);
    contactId = await contactOf(inbox, acme);
    await markRead(inbox.database, acme.ada, { conversationId });
  });
  afterAll(() => inbox.close());

  const block = () => blockContact(inbox.database, acme.ada, { contactId });
  const send = (isPrivate = false) =>
    sendMessage(inbox.database, acme.ada, { conversationId, text: 'x', isPrivate, idempotencyKey: v7() });
  const conversation = async () =>
    (await inbox.rows('select * from conversations.conversations where id = $1', [conversationId]))[0];

  async function unread(): Promise<number> {
    const session = inbox.database.session(acme.companyId);
    try {
      return (await session.read((sql) => inboxCounts(sql, viewer(acme.ada)))).unread;
    } finally {
      await session.close();
    }
  }

  test.each(['SNOOZED', 'RESOLVED'] as const)('writes into their %s conversation and wakes nobody', async (status) => {
    await changeStatus(inbox.database, acme.ada, { conversationId, status });
    await inbox.rows(`update conversations.conversations set waiting_since = null where id = $1`, [conversationId]);
    await inbox.rows('update conversations.conversations set assignee_id = $2 where id = $1', [
      conversationId,
      acme.ben.agentId,
    ]);
    await block();
    await inbox.told();
    expect(await write(inbox, acme, { text: 'Hey!' })).toBe(conversationId);
    expect(await conversation()).toMatchObject({ status, message_count: 2, inbound_count: 1, waiting_since: null });
    expect(await inbox.told()).toMatchObject([{ type: 'conversation.message.created', data: { muted: true } }]);
    expect(await unread()).toBe(0);
  });

  test('begins no new conversation, however long ago the last one was', async () => {
    await changeStatus(inbox.database, acme.ada, { conversationId, status: 'RESOLVED' });
    await inbox.rows(`update conversations.conversations set resolved_at = $2 where id = $1`, [
      conversationId,
      new Date(Date.now() - 30 * DAY_MS),
    ]);
    await block();
    expect(await write(inbox, acme)).toBe(conversationId);
    await unblockContact(inbox.database, acme.ada, { contactId });
    expect(await write(inbox, acme)).not.toBe(conversationId);
  });

  test('gets no messages, while agents may write notes', async () => {
    await block();
    expect(codes(await send())).toEqual(['CONTACT_BLOCKED input.conversationId']);
    expect(codes(await send(true))).toEqual([]);
    await unblockContact(inbox.database, acme.ada, { contactId });
    expect(codes(await send())).toEqual([]);
  });

  test('is told once, and blocked since the first time', async () => {
    await inbox.told();
    await block();
    const since = await inbox.rows('select blocked_at from conversations.contacts where id = $1', [contactId]);
    await block();
    expect(await inbox.rows('select blocked_at from conversations.contacts where id = $1', [contactId])).toEqual(since);
    await unblockContact(inbox.database, acme.ada, { contactId });
    await unblockContact(inbox.database, acme.ada, { contactId });
    expect(await inbox.told()).toMatchObject([{ data: { change: 'BLOCKED' } }, { data: { change: 'UNBLOCKED' } }]);
  });

  test('is one of the company, blocked by its agents', async () => {
    const globex = await inbox.addCompany();
    expect(codes(await blockContact(inbox.database, globex.ada, { contactId }))).toEqual(['NOT_FOUND input.contactId']);
    await expect(blockContact(inbox.database, acme.partner, { contactId })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    expect(codes(await send())).toEqual([]);
  });
});
