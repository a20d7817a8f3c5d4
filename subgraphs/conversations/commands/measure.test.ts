import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { weekdays, type BusinessHours } from '#schema/events/values.ts';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { becomes } from '../testing/routing.ts';
import { assign } from './assign.ts';
import { changeStatus } from './changeStatus.ts';
import { labelConversation } from './labelConversation.ts';
import { recordCompany } from './recordCompany.ts';
import { sendMessage } from './sendMessage.ts';

const always: BusinessHours = { week: weekdays.map((day) => ({ day, from: 0, to: 1_440 })), holidays: [] };
const never: BusinessHours = { week: [], holidays: [] };

describe('what events say of time', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let conversationId: string;
  let began: number;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    began = performance.now();
    acme = await inbox.addCompany();
    conversationId = await write(inbox, acme, { sentAt: ago(30) });
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
  /** As if it had been so long ago that the conversation came to whom it is with. */
  const wait = (seconds: number) =>
    inbox.rows(
      `update conversations.conversations set held_since = held_since - $2 * interval '1 second' where id = $1`,
      [conversationId, seconds],
    );
  /** So long, and as long as the test has taken at most. */
  const expectAbout = (seconds: number, found = NaN) => {
    expect(found).toBeGreaterThanOrEqual(seconds);
    expect(found).toBeLessThan(seconds + (performance.now() - began) / 1_000 + 0.1);
  };
  const works = (businessHours: BusinessHours | null, occurredAt = new Date().toISOString()) =>
    recordCompany(inbox.database, {
      companyId: acme.companyId,
      occurredAt,
      data: { name: 'Acme', timeZone: 'Europe/Berlin', businessHours },
    });
  const answer = async () => {
    await sendMessage(inbox.database, acme.ada, { conversationId, text: 'On its way', idempotencyKey: v7() });
    const event = (await inbox.told()).findLast(({ type }) => type === 'conversation.message.created');
    if (event?.type !== 'conversation.message.created') throw new Error('an answer is told');
    return event.data;
  };
  const give = (agentId: string | null) => assign(inbox.database, acme.ada, { conversationId, agentId });
  const assigned = async () => {
    const event = (await inbox.told()).find(({ type }) => type === 'conversation.assigned');
    if (event?.type !== 'conversation.assigned') throw new Error('an assignment is told');
    return event.data;
  };
  const becomesStatus = async (status: 'OPEN' | 'SNOOZED' | 'RESOLVED') => {
    await changeStatus(inbox.database, acme.ada, { conversationId, status });
    const event = (await inbox.told()).find(({ type }) => type === 'conversation.status.changed');
    if (event?.type !== 'conversation.status.changed') throw new Error('a status is told');
    return event.data;
  };

  test('of the first answer how long the contact waited, of later ones the same by itself', async () => {
    const first = await answer();
    expect(first.firstResponseSeconds).toBeGreaterThanOrEqual(30);
    expect(first.firstResponseBusinessSeconds).toBe(first.firstResponseSeconds);
    expect(first).toMatchObject({ nextResponseSeconds: null, nextResponseBusinessSeconds: null });
    expect(await answer()).toMatchObject({ firstResponseSeconds: null, nextResponseSeconds: null });
    await write(inbox, acme, { sentAt: ago(10) });
    const next = await answer();
    expect(next).toMatchObject({ firstResponseSeconds: null, firstResponseBusinessSeconds: null });
    expect(next.nextResponseSeconds).toBeGreaterThanOrEqual(10);
    expect(next.nextResponseBusinessSeconds).toBe(next.nextResponseSeconds);
  });

  test('in the company’s hours, as it was told last', async () => {
    await works(always);
    await works(never, ago(60));
    expect((await answer()).firstResponseBusinessSeconds).toBeGreaterThanOrEqual(30);
    await works(never);
    await write(inbox, acme, { sentAt: ago(10) });
    const { nextResponseSeconds, nextResponseBusinessSeconds } = await answer();
    expect(nextResponseSeconds).toBeGreaterThanOrEqual(10);
    expect(nextResponseBusinessSeconds).toBe(0);
    expect(await becomesStatus('RESOLVED')).toMatchObject({ resolutionBusinessSeconds: 0 });
  });

  test('how long a conversation was with nobody, and how long each agent had it then', async () => {
    await wait(40);
    await give(acme.ada.agentId);
    const taken = await assigned();
    expectAbout(40, taken.queueWaitSeconds ?? NaN);
    expect(taken).toMatchObject({ queueWaitBusinessSeconds: taken.queueWaitSeconds, handled: null });
    await wait(50);
    await give(acme.ben.agentId);
    const passed = await assigned();
    expect(passed).toMatchObject({ queueWaitSeconds: null, handled: { agentId: acme.ada.agentId } });
    expectAbout(50, passed.handled?.seconds);
    await wait(60);
    const { handled } = await becomesStatus('SNOOZED');
    expect(handled?.agentId).toBe(acme.ben.agentId);
    expectAbout(60, handled?.seconds);
    expect(await becomesStatus('RESOLVED')).toMatchObject({ handled: null });
  });

  test('nothing of what was open before it was measured, until its next change', async () => {
    await inbox.rows('update conversations.conversations set held_since = null where id = $1', [conversationId]);
    await give(acme.ada.agentId);
    expect(await assigned()).toMatchObject({ queueWaitSeconds: null, handled: null });
    await give(null);
    expect(await assigned()).toMatchObject({ handled: { agentId: acme.ada.agentId } });
  });

  test('which labels were put on', async () => {
    const [labelId] = acme.labelIds;
    await labelConversation(inbox.database, acme.ada, { conversationId, labelIds: [labelId] });
    expect(await inbox.told()).toMatchObject([{ type: 'conversation.changed', data: { addedLabelIds: [labelId] } }]);
  });

  test('what an agent was before, and since when', async () => {
    await becomes(inbox.database, acme.ada, 'ONLINE');
    const [online] = await inbox.told();
    await becomes(inbox.database, acme.ada, 'AWAY');
    const [away] = await inbox.told();
    expect([online, away]).toMatchObject([
      { data: { presence: 'ONLINE', previous: 'OFFLINE' } },
      { data: { presence: 'AWAY', previous: 'ONLINE' } },
    ]);
    const sinceOf = (event: typeof online, field: 'since' | 'previousSince') =>
      event?.type === 'conversation.agent.presence' ? event.data[field] : undefined;
    expect(sinceOf(away, 'previousSince')).toBe(sinceOf(online, 'since'));
  });
});
