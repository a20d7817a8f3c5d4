import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { DAY_MS, openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { changeStatus } from './changeStatus.ts';
import { wakeConversation } from './wakeConversation.ts';

describe('a change of status', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let conversationId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    conversationId = await write(inbox, acme);
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const change = (input: Partial<Parameters<typeof changeStatus>[2]>, identity = acme.ada) =>
    changeStatus(inbox.database, identity, { conversationId, status: 'OPEN', ...input });
  const codes = (outcome: Awaited<ReturnType<typeof change>>) =>
    'userErrors' in outcome ? outcome.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`) : [];
  const conversation = async () =>
    (await inbox.rows('select * from conversations.conversations where id = $1', [conversationId]))[0];

  test('to RESOLVED tells how long it took and whether a person was in it', async () => {
    expect(await change({ status: 'RESOLVED' })).toEqual({ conversationId });
    const [event] = await inbox.told();
    expect(event).toMatchObject({
      type: 'conversation.status.changed',
      actor: { kind: 'agent', id: acme.ada.agentId },
      data: { from: 'OPEN', to: 'RESOLVED', touchedByAgent: false, conversation: { status: 'RESOLVED' } },
    });
    expect(event?.type === 'conversation.status.changed' && event.data.resolutionSeconds).toBeGreaterThanOrEqual(0);
  });

  test('to what it is already tells nothing', async () => {
    expect(await change({ status: 'OPEN' })).toEqual({ conversationId });
    await change({ status: 'SNOOZED' });
    await inbox.told();
    await change({ status: 'SNOOZED' });
    expect(await inbox.told()).toEqual([]);
  });

  test('of a snooze to another end is a change', async () => {
    const snoozedUntil = new Date(Date.now() + DAY_MS);
    await change({ status: 'SNOOZED' });
    await inbox.told();
    await change({ status: 'SNOOZED', snoozedUntil });
    expect(await conversation()).toMatchObject({ snoozed_until: snoozedUntil });
    expect(await inbox.told()).toMatchObject([{ data: { from: 'SNOOZED', to: 'SNOOZED' } }]);
  });

  test('that cannot be is refused', async () => {
    await change({ status: 'RESOLVED' });
    await inbox.told();
    expect(codes(await change({ status: 'SNOOZED' }))).toEqual(['INVALID_TRANSITION input.status']);
    const past = new Date(Date.now() - 1);
    expect(codes(await change({ status: 'SNOOZED', snoozedUntil: past }))).toEqual(['INVALID input.snoozedUntil']);
    const future = new Date(Date.now() + DAY_MS);
    expect(codes(await change({ status: 'OPEN', snoozedUntil: future }))).toEqual(['INVALID input.snoozedUntil']);
    expect(codes(await change({ conversationId: v7() }))).toEqual(['NOT_FOUND input.conversationId']);
    const globex = await inbox.addCompany();
    expect(codes(await change({ status: 'OPEN' }, globex.ada))).toEqual(['NOT_FOUND input.conversationId']);
    expect(await inbox.told()).toEqual([]);
  });

  test('does not open a second conversation of the same contact beside the one that goes on', async () => {
    await change({ status: 'RESOLVED' });
    await inbox.rows(`update conversations.conversations set resolved_at = now() - interval '4 days' where id = $1`, [
      conversationId,
    ]);
    await write(inbox, acme);
    expect(codes(await change({ status: 'OPEN' }))).toEqual(['SUPERSEDED input.conversationId']);
  });

  test('is for agents', async () => {
    await expect(
      changeStatus(inbox.database, acme.partner, { conversationId, status: 'RESOLVED' }),
    ).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  test('happens by itself when a snooze ends, once, however many look', async () => {
    await change({ status: 'SNOOZED', snoozedUntil: new Date(Date.now() + DAY_MS) });
    const wake = () => wakeConversation(inbox.database, acme.companyId, conversationId);
    expect(await wake()).toBe(false);
    await inbox.rows(
      `update conversations.conversations set snoozed_until = now() - make_interval(secs => 1) where id = $1`,
      [conversationId],
    );
    await inbox.told();
    const woken = await Promise.all([wake(), wake(), wake()]);
    expect(woken.filter(Boolean)).toHaveLength(1);
    expect(await conversation()).toMatchObject({ status: 'OPEN', snoozed_until: null });
    expect(await inbox.told()).toMatchObject([{ actor: { kind: 'system' }, data: { from: 'SNOOZED', to: 'OPEN' } }]);
  });
});
