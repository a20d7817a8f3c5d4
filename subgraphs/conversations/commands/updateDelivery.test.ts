import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { Poison } from '#platform/events/errors.ts';
import { FactError } from '../errors.ts';
import { echoed, openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { recordEcho } from './recordEcho.ts';
import { sendMessage } from './sendMessage.ts';
import { updateDelivery } from './updateDelivery.ts';

type Report = Parameters<typeof updateDelivery>[1]['data'];

describe('a report on a delivery', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let conversationId: string;
  let messageId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    conversationId = await write(inbox, acme);
    const sent = await sendMessage(inbox.database, acme.ada, { conversationId, text: 'Hi', idempotencyKey: v7() });
    messageId = 'messageId' in sent ? sent.messageId : '';
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const report = (data: Partial<Report>, { companyId, channelId } = acme, occurredAt = new Date().toISOString()) =>
    updateDelivery(inbox.database, {
      companyId,
      occurredAt,
      data: {
        channelId,
        threadExternalId: null,
        conversationId,
        messageId,
        status: 'SENT',
        externalMessageId: null,
        failure: null,
        ...data,
      },
    });
  const message = async () =>
    (await inbox.rows('select status, external_id, failure from conversations.messages where id = $1', [messageId]))[0];

  test('moves the message on and brings the platform’s id', async () => {
    await report({ status: 'SENT', externalMessageId: '42:7' });
    expect(await message()).toEqual({ status: 'SENT', external_id: '42:7', failure: null });
    expect(await inbox.told()).toMatchObject([
      {
        type: 'conversation.message.updated',
        data: { messageId, status: 'SENT', conversation: { id: conversationId } },
      },
    ]);
  });

  test('that comes late or twice tells nothing, but its id is not lost', async () => {
    await report({ status: 'READ' });
    await inbox.told();
    await report({ status: 'SENT', externalMessageId: '42:7' });
    await report({ status: 'READ' });
    expect(await message()).toMatchObject({ status: 'READ', external_id: '42:7' });
    expect(await inbox.told()).toEqual([]);
  });

  test('of a failure says why', async () => {
    const failure = { code: 'RECIPIENT_BLOCKED', message: 'The contact blocked the bot.', retryable: false };
    await report({ status: 'FAILED', failure });
    expect(await message()).toMatchObject({ status: 'FAILED', failure });
    expect(await inbox.told()).toMatchObject([{ data: { status: 'FAILED', failure } }]);
  });

  test('of a failure can come after the platform took it, and a message given up can turn out to be sent', async () => {
    const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const failure = { code: 'SEND_UNCONFIRMED', message: 'Nobody knows.', retryable: true };
    await report({ status: 'SENT' }, acme, at(1));
    await report({ status: 'FAILED', failure }, acme, at(2));
    expect(await message()).toMatchObject({ status: 'FAILED', failure });
    await report({ status: 'SENT' }, acme, at(1));
    expect(await message()).toMatchObject({ status: 'FAILED' });
    await report({ status: 'SENT' }, acme, at(3));
    expect(await message()).toMatchObject({ status: 'SENT', failure: null });
    await report({ status: 'FAILED', failure }, acme, at(2));
    expect(await message()).toMatchObject({ status: 'SENT', failure: null });
  });

  test('on a message that was written past the inbox finds it by its id, and waits for it', async () => {
    const echo = echoed(acme);
    const of = { messageId: echo.data.messageId, conversationId: null, threadExternalId: 'thread-customer-1' };
    await expect(report({ ...of, status: 'READ' })).rejects.toBeInstanceOf(FactError);
    await recordEcho(inbox.database, echo, { reopenWithinMs: 0 });
    await inbox.told();
    await report({ ...of, status: 'READ' });
    await expect(report({ ...of, status: 'READ' }, await inbox.addCompany())).rejects.toBeInstanceOf(FactError);
    expect(await inbox.told()).toMatchObject([
      { type: 'conversation.message.updated', data: { messageId: of.messageId, status: 'READ' } },
    ]);
  });

  test('on a message that the company did not send is poison', async () => {
    await expect(report({ messageId: v7() })).rejects.toBeInstanceOf(Poison);
    await expect(report({}, await inbox.addCompany())).rejects.toBeInstanceOf(Poison);
    expect(await message()).toMatchObject({ status: 'QUEUED' });
  });
});
