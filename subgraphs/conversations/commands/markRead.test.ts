import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { markRead } from './markRead.ts';
import { sendMessage } from './sendMessage.ts';

describe('reading', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let conversationId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    for (const externalMessageId of ['1', '2', '3']) conversationId = await write(inbox, acme, { externalMessageId });
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const read = (upToMessageId?: string, identity = acme.ada) =>
    markRead(inbox.database, identity, { conversationId, upToMessageId });
  const idOf = async (externalId: string) => {
    const [row] = await inbox.rows<{ id: string }>(
      'select id from conversations.messages where company_id = $1 and external_id = $2',
      [acme.companyId, externalId],
    );
    return row?.id ?? '';
  };
  const marks = () =>
    inbox.rows(
      'select agent_id as agent, read_inbound_count as read from conversations.read_marks where company_id = $1',
      [acme.companyId],
    );

  test('is of one agent, up to the message, and tells what is left', async () => {
    await read(await idOf('2'));
    expect(await marks()).toEqual([{ agent: acme.ada.agentId, read: 2 }]);
    expect(await inbox.told()).toMatchObject([
      { type: 'conversation.read', data: { agentId: acme.ada.agentId, unreadCount: 1 } },
    ]);
  });

  test('without a message is up to the newest', async () => {
    await read();
    expect(await marks()).toMatchObject([{ read: 3 }]);
  });

  test('up to an answer takes in what came before it, and nothing after', async () => {
    const sent = await sendMessage(inbox.database, acme.ben, { conversationId, text: 'Hi', idempotencyKey: 'k' });
    await write(inbox, acme);
    await read('messageId' in sent ? sent.messageId : '');
    expect(await marks()).toMatchObject([{ read: 3 }]);
  });

  test('never goes back, and tells nothing when it does not go on', async () => {
    await read();
    await inbox.told();
    await read(await idOf('1'));
    await Promise.all([read(), read(), read()]);
    expect(await marks()).toMatchObject([{ read: 3 }]);
    expect(await inbox.told()).toEqual([]);
  });

  test('up to a message of elsewhere is refused', async () => {
    await write(inbox, acme, { from: 'customer-2', externalMessageId: 'elsewhere' });
    for (const id of [await idOf('elsewhere'), v7(), 'nonsense']) {
      expect(await read(id)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND', field: ['input', 'upToMessageId'] }] });
    }
    const globex = await inbox.addCompany();
    expect(await read(undefined, globex.ada)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await marks()).toEqual([]);
  });
});
