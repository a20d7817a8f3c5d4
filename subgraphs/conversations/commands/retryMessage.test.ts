import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { connection, openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { changeStatus } from './changeStatus.ts';
import { recordChannel } from './recordChannel.ts';
import { removeMessage } from './removeMessage.ts';
import { retryMessage } from './retryMessage.ts';
import { sendMessage } from './sendMessage.ts';
import { updateDelivery } from './updateDelivery.ts';

const failure = { code: 'RATE_LIMITED', message: 'The platform is busy.', retryable: true };

describe('sending a message again', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let conversationId: string;
  let messageId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    conversationId = await write(inbox, acme, { externalMessageId: 'asked' });
    messageId = await send();
    await inbox.told();
  });
  afterAll(() => inbox.close());

  async function send(fields: { isPrivate?: boolean } = {}): Promise<string> {
    const [asked] = await inbox.rows<{ id: string }>(
      `select id from conversations.messages where conversation_id = $1 and external_id = 'asked'`,
      [conversationId],
    );
    const input = { conversationId, text: 'Hi', replyToId: asked?.id ?? null, idempotencyKey: v7(), ...fields };
    const sent = await sendMessage(inbox.database, acme.ada, input);
    return 'messageId' in sent ? sent.messageId : '';
  }
  async function report(
    status: 'SENT' | 'FAILED',
    { occurredAt = new Date().toISOString(), retryable = true } = {},
  ): Promise<void> {
    const { companyId, channelId } = acme;
    await updateDelivery(inbox.database, {
      companyId,
      occurredAt,
      data: {
        channelId,
        threadExternalId: null,
        conversationId,
        messageId,
        status,
        externalMessageId: null,
        failure: status === 'FAILED' ? { ...failure, retryable } : null,
      },
    });
    await inbox.told();
  }
  const retry = (id = messageId, identity: Identity = acme.ben) =>
    retryMessage(inbox.database, identity, { messageId: id });
  const codes = (outcome: Awaited<ReturnType<typeof retry>>) =>
    'userErrors' in outcome ? outcome.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`) : [];
  const message = async () =>
    (await inbox.rows('select status, failure from conversations.messages where id = $1', [messageId]))[0];

  test('no longer quotes what was deleted meanwhile', async () => {
    await report('FAILED');
    const { companyId, channelId } = acme;
    const removedAt = new Date().toISOString();
    const data = { channelId, threadExternalId: 'thread-customer-1', externalMessageId: 'asked', removedAt };
    await removeMessage(inbox.database, { companyId, data });
    await inbox.told();
    expect(await retry()).toEqual({ messageId });
    expect(await inbox.told()).toMatchObject([{ data: { delivery: { replyToExternalId: null } } }]);
  });

  test('queues what failed, for the same thread and as the same answer', async () => {
    await report('FAILED');
    expect(await retry()).toEqual({ messageId });
    expect(await message()).toEqual({ status: 'QUEUED', failure: null });
    expect(await inbox.told()).toMatchObject([
      {
        type: 'conversation.message.retried',
        actor: { kind: 'agent', id: acme.ben.agentId },
        data: {
          conversation: { id: conversationId },
          message: { id: messageId, status: 'QUEUED' },
          delivery: { threadExternalId: 'thread-customer-1', replyToExternalId: 'asked' },
        },
      },
    ]);
  });

  test('happens once, however often it is pressed and by however many at once', async () => {
    await report('FAILED');
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => retry()));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toEqual(
      new Set([`{"messageId":"${messageId}"}`]),
    );
    expect(await inbox.told()).toHaveLength(1);
  });

  test('is not undone by a report on the earlier try, and may fail anew', async () => {
    const occurredAt = new Date().toISOString();
    await report('FAILED', { occurredAt });
    await retry();
    await report('FAILED', { occurredAt });
    expect(await message()).toMatchObject({ status: 'QUEUED' });
    await report('FAILED', { occurredAt: new Date(Date.now() + 1_000).toISOString() });
    expect(await message()).toMatchObject({ status: 'FAILED' });
    await retry();
    await report('SENT');
    expect(await message()).toEqual({ status: 'SENT', failure: null });
  });

  test('is refused for what would fail again, what has not failed, and what never went out', async () => {
    expect(codes(await retry())).toEqual([]);
    await report('SENT');
    expect(codes(await retry())).toEqual(['NOT_FAILED input.messageId']);
    expect(codes(await retry(await send({ isPrivate: true })))).toEqual(['NOT_FAILED input.messageId']);
    messageId = await send();
    await report('FAILED', { retryable: false });
    expect(codes(await retry())).toEqual(['NOT_RETRYABLE input.messageId']);
    expect(await message()).toMatchObject({ status: 'FAILED' });
    expect(await inbox.told()).toEqual([]);
  });

  test('is refused when a new message would be', async () => {
    await report('FAILED');
    await recordChannel(inbox.database, connection(acme, { status: 'REMOVED' }));
    expect(codes(await retry())).toEqual(['CHANNEL_REMOVED input.messageId']);
    await changeStatus(inbox.database, acme.ada, { conversationId, status: 'RESOLVED' });
    await inbox.rows(`update conversations.conversations set resolved_at = now() - interval '4 days' where id = $1`, [
      conversationId,
    ]);
    await write(inbox, acme);
    expect(codes(await retry())).toEqual(['SUPERSEDED input.messageId']);
  });

  test('is for agents of the company; to others there is no such message', async () => {
    await report('FAILED');
    const globex = await inbox.addCompany();
    const missing = ['NOT_FOUND input.messageId'];
    expect(codes(await retry(messageId, globex.ada))).toEqual(missing);
    expect(codes(await retry(v7()))).toEqual(missing);
    expect(codes(await retry('nonsense'))).toEqual(missing);
    await expect(retry(messageId, acme.partner)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    expect(await message()).toMatchObject({ status: 'FAILED' });
  });
});
