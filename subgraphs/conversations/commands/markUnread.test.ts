import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { markRead } from './markRead.ts';
import { markUnread } from './markUnread.ts';
import { sendMessage } from './sendMessage.ts';

describe('marking unread', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let conversationId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    for (const externalMessageId of ['1', '2', '3']) conversationId = await write(inbox, acme, { externalMessageId });
    for (const agent of [acme.ada, acme.ben]) await markRead(inbox.database, agent, { conversationId });
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const unread = (fromMessageId: string, identity = acme.ada) =>
    markUnread(inbox.database, identity, { conversationId, fromMessageId });
  const idOf = async (externalId: string) => {
    const [row] = await inbox.rows<{ id: string }>(
      'select id from conversations.messages where company_id = $1 and external_id = $2',
      [acme.companyId, externalId],
    );
    return row?.id ?? '';
  };
  const readBy = async ({ agentId } = acme.ada) => {
    const [row] = await inbox.rows<{ read: number }>(
      'select read_inbound_count as read from conversations.read_marks where conversation_id = $1 and agent_id = $2',
      [conversationId, agentId],
    );
    return row?.read;
  };

  test('is of one agent, from the message on, and tells what is unread', async () => {
    await unread(await idOf('2'));
    expect([await readBy(), await readBy(acme.ben)]).toEqual([1, 3]);
    expect(await inbox.told()).toMatchObject([
      { type: 'conversation.read', data: { agentId: acme.ada.agentId, unreadCount: 2 } },
    ]);
  });

  test('from the first message is unread altogether, and can be read again', async () => {
    await unread(await idOf('1'));
    expect(await readBy()).toBe(0);
    await markRead(inbox.database, acme.ada, { conversationId });
    expect(await readBy()).toBe(3);
  });

  test('from an answer leaves what came before it read', async () => {
    const sent = await sendMessage(inbox.database, acme.ben, { conversationId, text: 'Hi', idempotencyKey: 'k' });
    await write(inbox, acme);
    await markRead(inbox.database, acme.ada, { conversationId });
    await unread('messageId' in sent ? sent.messageId : '');
    expect(await readBy()).toBe(3);
  });

  test('never reads, and tells nothing when it changes nothing', async () => {
    await unread(await idOf('1'));
    await inbox.told();
    const last = await idOf('3');
    await Promise.all([unread(last), unread(last), unread(await idOf('1'))]);
    expect(await readBy()).toBe(0);
    expect(await inbox.told()).toEqual([]);
  });

  test('what was never read needs no mark', async () => {
    const other = await write(inbox, acme, { from: 'customer-2', externalMessageId: 'other' });
    await inbox.told();
    await markUnread(inbox.database, acme.ada, { conversationId: other, fromMessageId: await idOf('other') });
    expect(await inbox.rows('select 1 from conversations.read_marks where conversation_id = $1', [other])).toEqual([]);
    expect(await inbox.told()).toEqual([]);
  });

  test('from a message of elsewhere is refused', async () => {
    await write(inbox, acme, { from: 'customer-2', externalMessageId: 'elsewhere' });
    for (const id of [await idOf('elsewhere'), v7(), 'nonsense']) {
      expect(await unread(id)).toMatchObject({
        userErrors: [{ code: 'NOT_FOUND', field: ['input', 'fromMessageId'] }],
      });
    }
    const globex = await inbox.addCompany();
    expect(await unread(await idOf('1'), globex.ada)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await readBy()).toBe(3);
  });

  test('is for agents', async () => {
    const input = { conversationId, fromMessageId: await idOf('1') };
    await expect(markUnread(inbox.database, acme.partner, input)).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
  });
});
