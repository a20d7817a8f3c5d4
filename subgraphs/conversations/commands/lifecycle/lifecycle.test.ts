import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { DAY_MS, openInbox, write, type TestCompany, type TestInbox } from '../../testing/inbox.ts';
import { refusals } from '../../testing/people.ts';
import { sendMessage } from '../sendMessage.ts';
import { setPriority } from '../setPriority.ts';
import { wakeConversation } from '../wakeConversation.ts';
import { handToBot } from './handToBot.ts';
import { open } from './open.ts';
import { reopen } from './reopen.ts';
import { resolve } from './resolve.ts';
import { snooze } from './snooze.ts';
import { takeFromBot } from './takeFromBot.ts';

describe('the life of a conversation', () => {
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

  const commands = { snooze, open, reopen, resolve, handToBot, takeFromBot };
  const run = (command: keyof typeof commands, input = {}, identity = acme.ada) =>
    commands[command](inbox.database, identity, { conversationId, ...input });
  const conversation = async () =>
    (await inbox.rows('select * from conversations.conversations where id = $1', [conversationId]))[0];
  const told = async () =>
    (await inbox.told()).map((event) =>
      event.type === 'conversation.status.changed' ? `${event.data.from} to ${event.data.to}` : event.type,
    );

  test('goes from one status to the next by name', async () => {
    await run('snooze');
    await run('open');
    await run('handToBot');
    await run('takeFromBot');
    await run('resolve');
    await run('reopen');
    expect(await told()).toEqual([
      'OPEN to SNOOZED',
      'SNOOZED to OPEN',
      'conversation.bot.asked',
      'conversation.changed',
      'OPEN to PENDING',
      'conversation.changed',
      'PENDING to OPEN',
      'OPEN to RESOLVED',
      'RESOLVED to OPEN',
    ]);
  });

  test.each(['snooze', 'open', 'resolve', 'handToBot', 'takeFromBot'] as const)(
    'stays as it is, and tells nothing, when %s comes twice',
    async (command) => {
      await run(command);
      await inbox.told();
      expect(await run(command)).toEqual({ conversationId });
      expect(await told()).toEqual([]);
    },
  );

  test.each([
    ['snooze', ['resolve']],
    ['handToBot', ['resolve']],
    ['open', ['resolve']],
    ['reopen', ['snooze']],
    ['reopen', ['handToBot']],
  ] as const)('does not take %s after %s', async (command, before) => {
    for (const each of before) await run(each);
    await inbox.told();
    expect(refusals(await run(command))).toEqual(['INVALID_TRANSITION input.conversationId']);
    expect(await told()).toEqual([]);
  });

  test.each(Object.keys(commands) as (keyof typeof commands)[])(
    'is out of reach of %s for another company, for ids that are none and for partners',
    async (command) => {
      const globex = await inbox.addCompany();
      const before = await conversation();
      for (const input of [{}, { conversationId: v7() }, { conversationId: 'none' }]) {
        expect(refusals(await run(command, input, globex.ada))).toEqual(['NOT_FOUND input.conversationId']);
      }
      await expect(commands[command](inbox.database, acme.partner, { conversationId })).rejects.toMatchObject({
        extensions: { code: 'FORBIDDEN' },
      });
      expect(await conversation()).toEqual(before);
    },
  );

  test.each(Object.keys(commands) as (keyof typeof commands)[])(
    'is not changed by %s of somebody who saw an older version',
    async (command) => {
      const { version } = (await conversation()) as { version: number };
      expect(refusals(await run(command, { expectedVersion: version - 1 }))).toEqual([
        'CONFLICT input.expectedVersion',
      ]);
      expect(await told()).toEqual([]);
    },
  );

  test('is snoozed until a time, which can be moved', async () => {
    const until = new Date(Date.now() + DAY_MS);
    const later = new Date(Date.now() + 2 * DAY_MS);
    await run('snooze', { until });
    expect(await conversation()).toMatchObject({ status: 'SNOOZED', snoozed_until: until });
    await run('snooze', { until: later });
    expect(await conversation()).toMatchObject({ status: 'SNOOZED', snoozed_until: later });
    expect(await told()).toEqual(['OPEN to SNOOZED', 'SNOOZED to SNOOZED']);
    expect(refusals(await run('snooze', { until: new Date() }))).toEqual(['INVALID input.until']);
  });

  const until = () => new Date(Date.now() + DAY_MS);

  test.each([
    ['the contact who writes', () => write(inbox, acme)],
    [
      'an agent who answers',
      () => sendMessage(inbox.database, acme.ben, { conversationId, text: 'Here I am', idempotencyKey: v7() }),
    ],
    ['an agent who opens it', () => run('open')],
    [
      'the clock',
      async () => {
        await inbox.rows(
          'update conversations.conversations set snoozed_until = now() - make_interval(secs => 1) where id = $1',
          [conversationId],
        );
        await wakeConversation(inbox.database, acme.companyId, conversationId);
      },
    ],
  ])('wakes by %s, once', async (_who, wake) => {
    await run('snooze', { until: until() });
    await inbox.told();
    await wake();
    expect(await conversation()).toMatchObject({ status: 'OPEN', snoozed_until: null });
    expect((await told()).filter((event) => event === 'SNOOZED to OPEN')).toHaveLength(1);
    // The clock comes too late to change anything.
    expect(await wakeConversation(inbox.database, acme.companyId, conversationId)).toBe(false);
  });

  test('sleeps on while a note is written', async () => {
    await run('snooze', { until: until() });
    await sendMessage(inbox.database, acme.ben, { conversationId, text: 'x', isPrivate: true, idempotencyKey: v7() });
    expect(await conversation()).toMatchObject({ status: 'SNOOZED' });
  });

  test('wakes once when the contact, the clock and an agent come at the same moment', async () => {
    await run('snooze', { until: until() });
    await inbox.rows(
      'update conversations.conversations set snoozed_until = now() - make_interval(secs => 1) where id = $1',
      [conversationId],
    );
    await inbox.told();
    await Promise.all([
      write(inbox, acme),
      wakeConversation(inbox.database, acme.companyId, conversationId),
      run('open'),
      run('open', {}, acme.ben),
    ]);
    expect(await conversation()).toMatchObject({ status: 'OPEN', snoozed_until: null });
    expect((await told()).filter((event) => event === 'SNOOZED to OPEN')).toHaveLength(1);
  });

  test('ends in one resolution, however many resolve it at once', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => run('resolve', {}, n % 2 === 0 ? acme.ada : acme.ben)));
    expect(await told()).toEqual(['OPEN to RESOLVED']);
  });

  test('does not begin again beside a later conversation of the same contact', async () => {
    await run('resolve');
    await inbox.rows(`update conversations.conversations set resolved_at = now() - interval '4 days' where id = $1`, [
      conversationId,
    ]);
    await write(inbox, acme);
    await inbox.told();
    expect(refusals(await run('reopen'))).toEqual(['SUPERSEDED input.conversationId']);
    expect(await told()).toEqual([]);
  });

  test('goes on in one place when an agent reopens it while the contact writes', async () => {
    await run('resolve');
    await Promise.all([run('reopen'), write(inbox, acme), write(inbox, acme)]);
    const active = await inbox.rows(
      `select id from conversations.conversations where company_id = $1 and status <> 'RESOLVED'`,
      [acme.companyId],
    );
    expect(active).toEqual([{ id: conversationId }]);
  });

  test('is the bot’s until somebody takes it, and what the contact writes does not take it', async () => {
    await run('handToBot');
    await write(inbox, acme);
    expect(await conversation()).toMatchObject({ status: 'PENDING', bot_enabled: true });
    await run('takeFromBot');
    expect(await conversation()).toMatchObject({ status: 'OPEN', bot_enabled: false });
  });

  test('stays asleep, and stays resolved, when the bot is taken from it', async () => {
    await run('handToBot');
    await run('snooze');
    await run('takeFromBot');
    expect(await conversation()).toMatchObject({ status: 'SNOOZED', bot_enabled: false });
    await run('handToBot');
    await run('resolve');
    await run('takeFromBot');
    expect(await conversation()).toMatchObject({ status: 'RESOLVED', bot_enabled: false });
  });

  test('has a priority, which tells only what changes', async () => {
    const prioritise = (priority: 'URGENT' | 'LOW', identity = acme.ada) =>
      setPriority(inbox.database, identity, { conversationId, priority });
    await prioritise('URGENT');
    await prioritise('URGENT');
    expect(await inbox.told()).toMatchObject([
      { type: 'conversation.changed', data: { change: 'PRIORITY', conversation: { priority: 'URGENT' } } },
    ]);
    const globex = await inbox.addCompany();
    expect(refusals(await prioritise('LOW', globex.ada))).toEqual(['NOT_FOUND input.conversationId']);
    expect(await conversation()).toMatchObject({ priority: 'URGENT' });
  });
});
