import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { NotificationKind } from '../rules/notifications.ts';
import { DAY_MS, echoed, openInbox, received, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { assign } from './assign.ts';
import { changeStatus } from './changeStatus.ts';
import type { SendMessageInput } from './messageContent.ts';
import { receiveMessage } from './receiveMessage.ts';
import { recordEcho } from './recordEcho.ts';
import { sendMessage } from './sendMessage.ts';
import { updateNotificationSettings } from './updateNotificationSettings.ts';
import { wakeConversation } from './wakeConversation.ts';

describe('an agent is notified', () => {
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

  const send = (input: Partial<SendMessageInput>, by = acme.ada) =>
    sendMessage(inbox.database, by, { conversationId, text: 'Look', idempotencyKey: v7(), ...input });
  const note = (mentions: SendMessageInput['mentions'], by = acme.ada) => send({ isPrivate: true, mentions }, by);
  const give = (agentId: string | null, by = acme.ada) => assign(inbox.database, by, { conversationId, agentId });
  const change = (status: 'SNOOZED' | 'RESOLVED' | 'OPEN', by = acme.ada) =>
    changeStatus(inbox.database, by, { conversationId, status });
  const choose = (kinds: NotificationKind[], by = acme.ada) =>
    updateNotificationSettings(inbox.database, by, { kinds });
  const notifications = () =>
    inbox.rows<{ who: string; kind: NotificationKind; team_id: string | null; message_id: string | null }>(
      `select a.name as who, n.kind, n.team_id, n.message_id from conversations.notifications n
       join conversations.agents a on a.company_id = n.company_id and a.id = n.agent_id
       where n.company_id = $1 order by a.name, n.created_at, n.id`,
      [acme.companyId],
    );
  const told = async () => (await notifications()).map(({ who, kind }) => `${who} ${kind}`);
  const unread = async () =>
    Object.fromEntries(
      (
        await inbox.rows<{ name: string; unread: number; recount: number }>(
          `select a.name, coalesce(k.unread_count, 0) as unread, (
             select count(*) from conversations.notifications n
             where n.company_id = a.company_id and n.agent_id = a.id and n.read_at is null)::int as recount
           from conversations.agents a
           left join conversations.notification_counters k on k.company_id = a.company_id and k.agent_id = a.id
           where a.company_id = $1 and a.role = 'AGENT'`,
          [acme.companyId],
        )
      ).map(({ name, unread: kept, recount }) => {
        expect(kept).toBe(recount);
        return [name, kept];
      }),
    );

  test('who is mentioned in a note, and not who wrote it', async () => {
    const outcome = await note([{ agentId: acme.ben.agentId }, { agentId: acme.ada.agentId }]);
    const messageId = 'messageId' in outcome ? outcome.messageId : '';
    expect(await notifications()).toEqual([{ who: 'Ben', kind: 'MENTIONED', team_id: null, message_id: messageId }]);
  });

  test('who is in a team that is mentioned, once, and as a person when mentioned as one too', async () => {
    await note([{ teamId: acme.teamId }]);
    await note([{ teamId: acme.teamId }, { agentId: acme.ben.agentId }]);
    expect(await notifications()).toMatchObject([
      { who: 'Ben', kind: 'MENTIONED', team_id: acme.teamId },
      { who: 'Ben', kind: 'MENTIONED', team_id: null },
    ]);
  });

  test('together with everybody of a large team by two statements, and nobody outside of it', async () => {
    const seats = 1_500;
    await inbox.rows(
      `with added as (
         insert into conversations.agents (company_id, id, name, email, role)
         select $1, gen_random_uuid(), 'Member', n || '@example.com', 'AGENT' from generate_series(1, $3::int) n
         returning company_id, id)
       insert into conversations.team_members select company_id, $2, id from added`,
      [acme.companyId, acme.teamId, seats],
    );
    await inbox.rows('delete from conversations.team_members where company_id = $1 and agent_id = $2', [
      acme.companyId,
      acme.ben.agentId,
    ]);
    const statements: string[] = [];
    const stop = inbox.database.onStatement((text) => statements.push(text));
    await note([{ teamId: acme.teamId }]);
    stop();
    expect(statements.filter((text) => /notification/.test(text) && !/outbox/.test(text))).toHaveLength(2);
    expect(await told()).toEqual(Array(seats).fill('Member MENTIONED'));
    const events = (await inbox.told()).filter(({ type }) => type === 'conversation.notification.added');
    const recipients = events.flatMap(({ data }) => ('recipients' in data ? data.recipients : []));
    expect(events).toHaveLength(2);
    expect(new Set(recipients.map(({ agentId }) => agentId)).size).toBe(seats);
    expect(new Set(recipients.map(({ unreadCount }) => unreadCount))).toEqual(new Set([1]));
  });

  test('of a conversation that somebody else, or the platform, gives them, and not of one that they take', async () => {
    await give(acme.ada.agentId);
    expect(await told()).toEqual([]);
    await give(acme.ben.agentId);
    await give(acme.ben.agentId);
    await assign(inbox.database, acme.ada, { conversationId, teamId: acme.teamId });
    expect(await told()).toEqual(['Ben ASSIGNED']);
    await give(null);
    expect(await told()).toEqual(['Ben ASSIGNED']);
  });

  test('of one of their own that is open again, by the contact, by somebody else or by the clock', async () => {
    await give(acme.ada.agentId);
    await change('RESOLVED');
    await write(inbox, acme);
    expect(await told()).toEqual(['Ada CONVERSATION_REOPENED']);
    await change('RESOLVED');
    await change('OPEN', acme.ben);
    expect(await told()).toHaveLength(2);
    const snoozedUntil = new Date(Date.now() + 60_000);
    await changeStatus(inbox.database, acme.ada, { conversationId, status: 'SNOOZED', snoozedUntil });
    await inbox.rows(
      `update conversations.conversations set snoozed_until = now() - make_interval(secs => 1) where id = $1`,
      [conversationId],
    );
    expect(await wakeConversation(inbox.database, acme.companyId, conversationId)).toBe(true);
    expect(await told()).toEqual(Array(3).fill('Ada CONVERSATION_REOPENED'));
  });

  test('not of one that they open themselves, nor of one that is nobody’s', async () => {
    await change('SNOOZED');
    await write(inbox, acme);
    await give(acme.ada.agentId);
    await change('SNOOZED');
    await send({});
    await change('RESOLVED');
    await change('OPEN');
    expect(await told()).toEqual([]);
  });

  test('of messages in their own conversations only when they want it', async () => {
    await give(acme.ada.agentId);
    await write(inbox, acme);
    expect(await told()).toEqual([]);
    await choose(['NEW_MESSAGE']);
    await write(inbox, acme);
    await send({}, acme.ben);
    await send({});
    expect(await told()).toEqual(['Ada NEW_MESSAGE', 'Ada NEW_MESSAGE']);
  });

  test('not of what the company wrote past the inbox', async () => {
    await give(acme.ada.agentId);
    await choose(['NEW_MESSAGE']);
    await recordEcho(inbox.database, echoed(acme), { reopenWithinMs: DAY_MS });
    expect(await told()).toEqual([]);
  });

  test('only of what they have chosen', async () => {
    await choose([], acme.ben);
    await note([{ agentId: acme.ben.agentId }]);
    await give(acme.ben.agentId);
    expect(await told()).toEqual([]);
    await choose(['MENTIONED', 'MENTIONED'], acme.ben);
    await note([{ teamId: acme.teamId }]);
    expect(await told()).toEqual(['Ben MENTIONED']);
  });

  test('once of a message that both reopens their conversation and is new in it', async () => {
    await give(acme.ada.agentId);
    await choose(['CONVERSATION_REOPENED', 'NEW_MESSAGE']);
    await change('RESOLVED');
    await write(inbox, acme);
    await write(inbox, acme);
    expect(await told()).toEqual(['Ada CONVERSATION_REOPENED', 'Ada NEW_MESSAGE']);
  });

  test('once of a note in their own conversation that mentions them', async () => {
    await choose(['MENTIONED', 'NEW_MESSAGE'], acme.ben);
    await give(acme.ben.agentId);
    await note([{ agentId: acme.ben.agentId }, { teamId: acme.teamId }]);
    expect(await told()).toEqual(['Ben MENTIONED']);
  });

  test('once of what is told or sent many times, in parallel', async () => {
    await give(acme.ada.agentId);
    await choose(['NEW_MESSAGE', 'MENTIONED'], acme.ada);
    await choose(['MENTIONED'], acme.ben);
    await inbox.told();
    const event = received(acme);
    const input = { isPrivate: true, mentions: [{ teamId: acme.teamId }], idempotencyKey: v7() };
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        await receiveMessage(inbox.database, event, { reopenWithinMs: DAY_MS });
        await send(input);
      }),
    );
    expect(await told()).toEqual(['Ada NEW_MESSAGE', 'Ben MENTIONED']);
    const added = (await inbox.told()).filter(({ type }) => type === 'conversation.notification.added');
    expect(added).toHaveLength(2);
    expect(await unread()).toEqual({ Ada: 1, Ben: 1 });
  });

  test('of nothing when the write is refused', async () => {
    await note([{ agentId: acme.ben.agentId }, { agentId: v7() }]);
    expect(await told()).toEqual([]);
    expect(await inbox.told()).toEqual([]);
  });

  test('by many writes at once with a count that equals a recount', async () => {
    const others = await Promise.all(['b', 'c', 'd'].map((from) => write(inbox, acme, { from })));
    const everywhere = [conversationId, ...others];
    await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        sendMessage(inbox.database, index % 2 === 0 ? acme.ada : acme.ben, {
          conversationId: everywhere[index % everywhere.length] ?? '',
          text: 'All of you',
          isPrivate: true,
          mentions: [{ teamId: acme.teamId }],
          idempotencyKey: v7(),
        }),
      ),
    );
    expect(await unread()).toEqual({ Ada: 12, Ben: 12 });
    // Who or what goes takes its notifications along, and the count knows.
    await inbox.rows('delete from conversations.notifications where company_id = $1 and conversation_id = $2', [
      acme.companyId,
      conversationId,
    ]);
    expect(await unread()).toEqual({ Ada: 12, Ben: 6 });
  });
});
