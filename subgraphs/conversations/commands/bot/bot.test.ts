import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { EventOf } from '#platform/events/catalogue.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { HandOverReason } from '#schema/events/bot.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { eventually } from '#test/stack/eventually.ts';
import { connection, DAY_MS, echoed, openInbox, write, type TestCompany, type TestInbox } from '../../testing/inbox.ts';
import { auditOf, refusals } from '../../testing/people.ts';
import { assign } from '../assign.ts';
import { blockContact } from '../blockContact.ts';
import { handToBot } from '../lifecycle/handToBot.ts';
import { resolve } from '../lifecycle/resolve.ts';
import { takeFromBot } from '../lifecycle/takeFromBot.ts';
import { recordChannel } from '../recordChannel.ts';
import { recordEcho } from '../recordEcho.ts';
import { changeStatus } from '../changeStatus.ts';
import { sendMessage } from '../sendMessage.ts';
import { createBotClock } from '../../botClock.ts';
import { answerAsBot } from './answerAsBot.ts';
import { giveUpOnBot } from './giveUpOnBot.ts';
import { rateAnswer } from './rateAnswer.ts';
import { stepAside } from './stepAside.ts';
import { updateBotSettings } from './updateBotSettings.ts';

type Asked = EventOf<SwitchboardCatalogue, 'conversation.bot.asked'>;

describe('a conversation with the bot', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    await update({ enabled: true, name: 'Robin' });
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const update = (input: Parameters<typeof updateBotSettings>[2], identity = acme.admin) =>
    updateBotSettings(inbox.database, identity, input);
  const conversation = async (id: string) =>
    (await inbox.rows<Record<string, unknown>>('select * from conversations.conversations where id = $1', [id]))[0];
  const messages = (id: string) =>
    inbox.rows<{ text: string; is_private: boolean; author_kind: string; sender_name: string }>(
      `select text, is_private, author_kind, sender_name from conversations.messages
       where conversation_id = $1 and direction = 'OUTBOUND' order by created_at, id`,
      [id],
    );
  const asked = async () =>
    (await inbox.told()).filter((event): event is Asked => event.type === 'conversation.bot.asked');

  /** The contact writes, and the bot hears of it. */
  async function ask(text: string, said: Parameters<typeof write>[2] = {}): Promise<Asked> {
    await write(inbox, acme, { text, ...said });
    const [event] = await asked();
    if (!event) throw new Error('the bot was not asked');
    return event;
  }

  const answer = ({ id, data: { conversationId, ordinal } }: Asked, text = 'Within 30 days.') =>
    answerAsBot(inbox.database, {
      companyId: acme.companyId,
      data: { answerId: id, conversationId, ordinal, text, citations: [{ documentId: v7(), quote: '30 days' }] },
    });
  const leave = (
    { id, data: { conversationId, ordinal } }: Asked,
    { reason = 'ASKED_FOR_PERSON', unanswered = false }: { reason?: HandOverReason; unanswered?: boolean } = {},
  ) =>
    stepAside(inbox.database, {
      companyId: acme.companyId,
      data: {
        answerId: id,
        conversationId,
        ordinal,
        reason,
        text: 'A colleague will answer.',
        summary: 'The contact wants a person.',
        unanswered,
      },
    });
  const reply = (conversationId: string, identity = acme.ada) =>
    sendMessage(inbox.database, identity, { conversationId, text: 'Hello, Ada here', idempotencyKey: v7() });

  test('begins with the bot, which hears what was said and how the company wants it', async () => {
    await update({ handOverWords: ['lawyer'], timeZone: 'Europe/Berlin' });
    const { data } = await ask('Can I return shoes?');
    expect(await conversation(data.conversationId)).toMatchObject({ status: 'PENDING', bot_enabled: true });
    expect(data).toMatchObject({
      ordinal: 1,
      turns: [{ author: 'CONTACT', text: 'Can I return shoes?' }],
      rules: { botName: 'Robin', handOverWords: ['lawyer'], isOutsideHours: false, backAt: null },
    });
  });

  test('begins with people where the company has no bot, or none on the channel', async () => {
    const globex = await inbox.addCompany();
    expect(await conversation(await write(inbox, globex))).toMatchObject({ status: 'OPEN', bot_enabled: false });
    await recordChannel(inbox.database, connection(acme));
    const other = { ...acme, channelId: v7() };
    await update({ channelIds: [acme.channelId] });
    expect(await conversation(await write(inbox, other))).toMatchObject({ status: 'OPEN', bot_enabled: false });
    expect(await conversation(await write(inbox, acme))).toMatchObject({ status: 'PENDING', bot_enabled: true });
  });

  test('begins with people when the platform’s own inbox has the thread', async () => {
    const id = await write(inbox, acme, { standby: true });
    expect(await conversation(id)).toMatchObject({ status: 'OPEN', bot_enabled: false });
    expect(await asked()).toEqual([]);
  });

  test('gets the bot’s answer, which goes out and ends the waiting, once however often it is told', async () => {
    const event = await ask('Can I return shoes?');
    const outcomes = await Promise.all([answer(event), answer(event), answer(event)]);
    expect(outcomes.toSorted()).toEqual(['late', 'late', 'sent']);
    const { conversationId } = event.data;
    expect(await messages(conversationId)).toEqual([
      { text: 'Within 30 days.', is_private: false, author_kind: 'BOT', sender_name: 'Robin' },
    ]);
    expect(await conversation(conversationId)).toMatchObject({
      status: 'PENDING',
      waiting_since: null,
      touched_by_agent: false,
    });
    expect(await inbox.told()).toMatchObject([
      {
        type: 'conversation.message.created',
        actor: { kind: 'bot' },
        data: {
          message: { id: event.id, authorKind: 'BOT', status: 'QUEUED' },
          delivery: { threadExternalId: 'thread-customer-1' },
          firstResponseSeconds: expect.any(Number),
        },
      },
    ]);
  });

  test('tells the bot what it said itself, in the order of the conversation though clocks differ', async () => {
    const sentAt = new Date(Date.now() - 60_000).toISOString();
    await answer(await ask('Can I return shoes?', { sentAt }));
    const { data } = await ask('And how?', { sentAt });
    expect(data.turns.map(({ author }) => author)).toEqual(['CONTACT', 'BOT', 'CONTACT']);
    expect(data).toMatchObject({ ordinal: 2 });
  });

  test.each([
    ['the contact has written more', async () => void (await write(inbox, acme, { text: 'Hello?' }))],
    ['an agent has answered', async (id: string) => void (await reply(id))],
    [
      'somebody answered past the inbox',
      () => recordEcho(inbox.database, echoed(acme, { from: 'customer-1' }), { reopenWithinMs: DAY_MS }),
    ],
    [
      'an agent took it over',
      async (id: string) => void (await takeFromBot(inbox.database, acme.ada, { conversationId: id })),
    ],
    ['it is resolved', async (id: string) => void (await resolve(inbox.database, acme.ada, { conversationId: id }))],
    [
      'an agent answered and gave it back',
      async (id: string) => {
        await reply(id);
        await handToBot(inbox.database, acme.ada, { conversationId: id });
      },
    ],
  ])('hears nothing more from the bot when %s meanwhile', async (_what, happen) => {
    const event = await ask('Can I return shoes?');
    await happen(event.data.conversationId);
    const before = await messages(event.data.conversationId);
    expect([await answer(event), await leave(event)]).toEqual(['late', 'late']);
    expect(await messages(event.data.conversationId)).toEqual(before);
  });

  test('has either the agent’s answer alone or the bot’s before it, when both come at the same moment', async () => {
    const event = await ask('Can I return shoes?');
    const { conversationId } = event.data;
    const [outcome] = await Promise.all([answer(event), reply(conversationId)]);
    const said = (await messages(conversationId)).map((message) => message.author_kind);
    expect(said).toEqual(outcome === 'sent' ? ['BOT', 'AGENT'] : ['AGENT']);
    expect(await conversation(conversationId)).toMatchObject({ status: 'OPEN' });
  });

  test('goes to people, who find a note, while the contact is told and goes on waiting; once', async () => {
    const event = await ask('I want a human');
    await inbox.told();
    expect((await Promise.all([leave(event), leave(event)])).toSorted()).toEqual(['handedOver', 'late']);
    const { conversationId } = event.data;
    expect(await messages(conversationId)).toMatchObject([
      { text: 'The contact wants a person.', is_private: true, author_kind: 'BOT' },
      { text: 'A colleague will answer.', is_private: false, author_kind: 'BOT' },
    ]);
    const after = await conversation(conversationId);
    expect(after).toMatchObject({ status: 'OPEN', bot_enabled: false, last_message_id: event.id });
    expect(after?.['waiting_since']).not.toBeNull();
    const told = await inbox.told();
    expect(told.map(({ type }) => type)).toEqual([
      'conversation.changed',
      'conversation.status.changed',
      'conversation.message.created',
      'conversation.message.created',
      'conversation.handed_over',
    ]);
    expect(told.at(-1)).toMatchObject({
      actor: { kind: 'bot' },
      data: {
        reason: 'ASKED_FOR_PERSON',
        summary: 'The contact wants a person.',
        unanswered: false,
        conversation: { status: 'OPEN' },
      },
    });
    const activities = await inbox.rows(
      `select kind, data, actor_kind from conversations.conversation_activities
       where conversation_id = $1 and kind = 'HANDED_OVER'`,
      [conversationId],
    );
    expect(activities).toEqual([{ kind: 'HANDED_OVER', data: { reason: 'ASKED_FOR_PERSON' }, actor_kind: 'bot' }]);
  });

  test('stays with people after that, whatever the contact writes', async () => {
    await leave(await ask('I want a human'));
    await write(inbox, acme, { text: 'Anybody?' });
    expect(await asked()).toEqual([]);
  });

  test('goes to people without a word when nothing can be said to the contact', async () => {
    const event = await ask('Can I return shoes?');
    await inbox.rows(`update conversations.contact_identities set blocked_at = now() where company_id = $1`, [
      acme.companyId,
    ]);
    expect(await answer(event)).toBe('unreachable');
    expect(await messages(event.data.conversationId)).toMatchObject([{ is_private: true }]);
    expect(await conversation(event.data.conversationId)).toMatchObject({ status: 'OPEN', bot_enabled: false });
  });

  test('asks the bot nothing for a contact whom the company has blocked', async () => {
    const { data } = await ask('Can I return shoes?');
    const [row] = await inbox.rows<{ contact_id: string }>(
      'select contact_id from conversations.conversations where id = $1',
      [data.conversationId],
    );
    await blockContact(inbox.database, acme.ada, { contactId: row?.contact_id ?? '' });
    await inbox.told();
    await write(inbox, acme, { text: 'Hello?' });
    expect(await asked()).toEqual([]);
  });

  test('begins anew with the bot when the contact opens it again and nobody has it', async () => {
    const first = await ask('Can I return shoes?');
    await answer(first);
    const { conversationId } = first.data;
    await resolve(inbox.database, acme.ada, { conversationId });
    const again = await ask('What does shipping cost?');
    expect(again.data).toMatchObject({
      conversationId,
      turns: [{ author: 'CONTACT', text: 'What does shipping cost?' }],
    });
    expect(await conversation(conversationId)).toMatchObject({ status: 'PENDING', bot_enabled: true });
    expect(await answer(again)).toBe('sent');
  });

  test('goes on with its agent when the contact opens it again', async () => {
    const { data } = await ask('Can I return shoes?');
    const { conversationId } = data;
    await assign(inbox.database, acme.ada, { conversationId, agentId: acme.ada.agentId });
    await resolve(inbox.database, acme.ada, { conversationId });
    await inbox.told();
    await write(inbox, acme, { text: 'One more thing' });
    expect(await conversation(conversationId)).toMatchObject({ status: 'OPEN', assignee_id: acme.ada.agentId });
    expect(await asked()).toEqual([]);
  });

  test('is answered by the bot at once when an agent hands it over while the contact waits, and else when they write', async () => {
    await update({ enabled: false });
    await inbox.told();
    const conversationId = await write(inbox, acme, { text: 'First' });
    await reply(conversationId);
    await write(inbox, acme, { text: 'Second' });
    await inbox.told();
    await handToBot(inbox.database, acme.ada, { conversationId });
    const [event] = await asked();
    expect(event?.data.turns).toEqual([{ author: 'CONTACT', text: 'Second' }]);
    await handToBot(inbox.database, acme.ada, { conversationId });
    expect(await asked()).toEqual([]);
    await reply(conversationId);
    await handToBot(inbox.database, acme.ada, { conversationId });
    expect(await asked()).toEqual([]);
    expect((await ask('Third')).data.turns).toEqual([{ author: 'CONTACT', text: 'Third' }]);
  });

  test('knows when people are back', async () => {
    const day = new Date(Date.now() + 2 * DAY_MS).toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' });
    const hours = [{ day: day.toUpperCase() as 'MONDAY', from: '09:00', to: '10:00' }];
    expect(await update({ hours, answersOutsideHours: false })).toEqual({ version: 3 });
    const { data } = await ask('Hello?');
    expect(data.rules).toMatchObject({ isOutsideHours: true, answersOutsideHours: false });
    expect(new Date(data.rules.backAt ?? 0).getUTCHours()).toBe(9);
  });

  test('has answers that agents rate, each for themselves and the last time counting', async () => {
    const event = await ask('Can I return shoes?');
    await answer(event);
    await inbox.told();
    const rate = (rating: 'GOOD' | 'BAD' | null, identity = acme.ada, messageId = event.id) =>
      rateAnswer(inbox.database, identity, { messageId, rating });
    for (const rating of ['GOOD', 'GOOD', 'BAD', null, null] as const) {
      expect(await rate(rating)).toEqual({ messageId: event.id });
    }
    await rate('GOOD', acme.ben);
    const told = await inbox.told();
    const said = told.map(
      (each) => each.type === 'conversation.answer.rated' && [each.data.previous, each.data.rating],
    );
    expect(said).toEqual([
      [null, 'GOOD'],
      ['GOOD', 'BAD'],
      ['BAD', null],
      [null, 'GOOD'],
    ]);
    expect(told[0]).toMatchObject({
      data: { messageId: event.id, agentId: acme.ada.agentId, conversation: { status: 'PENDING' } },
    });
    expect(
      await inbox.rows('select rating, agent_id from conversations.answer_ratings where message_id = $1', [event.id]),
    ).toEqual([{ rating: 'GOOD', agent_id: acme.ben.agentId }]);
  });

  test('has nothing else that could be rated, for nobody who does not see it', async () => {
    const event = await ask('Can I return shoes?');
    await answer(event);
    const globex = await inbox.addCompany();
    const rate = (messageId: string, identity = acme.ada) =>
      rateAnswer(inbox.database, identity, { messageId, rating: 'BAD' });
    for (const [id, identity] of [
      [event.id, globex.ada],
      [v7(), acme.ada],
      ['none', acme.ada],
    ] as const) {
      expect(refusals(await rate(id, identity))).toEqual(['NOT_FOUND input.messageId']);
    }
    await inbox.rows('update conversations.agents set limited_to_teams = true where company_id = $1 and id = $2', [
      acme.companyId,
      acme.ada.agentId,
    ]);
    expect(refusals(await rate(event.id))).toEqual(['NOT_FOUND input.messageId']);
    expect(refusals(await rate(event.data.messageId, acme.ben))).toEqual(['INVALID input.messageId']);
    await expect(rateAnswer(inbox.database, acme.partner, { messageId: event.id })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
  });

  describe('that is away', () => {
    const giveUp = (id: string, { companyId } = acme) => giveUpOnBot(inbox.database, companyId, id);
    /** As if the contact had waited for so long. */
    const waitTooLong = (id: string) =>
      inbox.rows(
        `update conversations.conversations set bot_due_at = now() - interval '1 second'
         where id = $1 and bot_due_at is not null`,
        [id],
      );
    const secondsLeft = async (id: string): Promise<number | null> => {
      const due = (await conversation(id))?.['bot_due_at'] as Date | null | undefined;
      return due ? Math.round((due.getTime() - Date.now()) / 1_000) : null;
    };

    test('is not waited for: people get the conversation with the reason and the question, once', async () => {
      const event = await ask('Can I return shoes?');
      const { conversationId } = event.data;
      await waitTooLong(conversationId);
      const outcomes = await Promise.all([1, 2, 3].map(() => giveUp(conversationId)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const after = await conversation(conversationId);
      expect(after).toMatchObject({ status: 'OPEN', bot_enabled: false, bot_due_at: null });
      expect(after?.['waiting_since']).not.toBeNull();
      expect(await messages(conversationId)).toMatchObject([
        { text: expect.stringContaining('“Can I return shoes?”'), is_private: true, author_kind: 'BOT' },
      ]);
      const told = await inbox.told();
      expect(told.filter(({ type }) => type === 'conversation.handed_over')).toMatchObject([
        { actor: { kind: 'system', id: 'BOT_AWAY' }, data: { reason: 'BOT_AWAY', messageId: null } },
      ]);
      const activities = await inbox.rows(
        `select kind, data, actor_kind, actor_id from conversations.conversation_activities
         where conversation_id = $1 and kind = 'HANDED_OVER'`,
        [conversationId],
      );
      const actor = { actor_kind: 'system', actor_id: 'BOT_AWAY' };
      expect(activities).toEqual([{ kind: 'HANDED_OVER', data: { reason: 'BOT_AWAY' }, ...actor }]);
    });

    test('comes back too late to say anything, whoever has the conversation by then', async () => {
      const event = await ask('Can I return shoes?');
      const { conversationId } = event.data;
      await waitTooLong(conversationId);
      await giveUp(conversationId);
      const before = await messages(conversationId);
      expect([await answer(event), await leave(event)]).toEqual(['late', 'late']);
      await reply(conversationId);
      expect(await answer(event)).toBe('late');
      expect(await messages(conversationId)).toHaveLength(before.length + 1);
    });

    test('either answers or is given up when both come at the same moment', async () => {
      const event = await ask('Can I return shoes?');
      const { conversationId } = event.data;
      await waitTooLong(conversationId);
      const [said, left] = await Promise.all([answer(event), giveUp(conversationId)]);
      expect([said, left]).toEqual(said === 'sent' ? ['sent', false] : ['late', true]);
      expect(await conversation(conversationId)).toMatchObject({ status: said === 'sent' ? 'PENDING' : 'OPEN' });
    });

    test('answers once what it is asked twice, because it got the conversation back', async () => {
      const event = await ask('Can I return shoes?');
      const { conversationId } = event.data;
      await waitTooLong(conversationId);
      await giveUp(conversationId);
      await inbox.told();
      await handToBot(inbox.database, acme.ada, { conversationId });
      const [again] = await asked();
      if (!again) throw new Error('the bot was not asked again');
      expect(again.data.ordinal).toBe(event.data.ordinal);
      expect([await answer(event), await answer(again)]).toEqual(['sent', 'late']);
    });

    test('is waited for since the first question, for as long as the company wants, and anew after an answer', async () => {
      await update({ handOverAfterSeconds: 600 });
      const { data } = await ask('Can I return shoes?');
      const { conversationId } = data;
      expect(await secondsLeft(conversationId)).toBeGreaterThan(590);
      await inbox.rows(`update conversations.conversations set bot_due_at = now() + interval '60 s' where id = $1`, [
        conversationId,
      ]);
      const more = await ask('Hello?');
      expect(await secondsLeft(conversationId)).toBeLessThanOrEqual(60);
      await answer(more);
      expect(await secondsLeft(conversationId)).toBeNull();
      await ask('And boots?');
      expect(await secondsLeft(conversationId)).toBeGreaterThan(590);
    });

    test.each<[string, (event: Asked) => Promise<unknown>]>([
      ['has time left', async () => undefined],
      ['has answered', answer],
      ['has handed over', leave],
      ['was relieved of it', ({ data }) => takeFromBot(inbox.database, acme.ada, data)],
      ['has nothing to say in it any more, as it is resolved', ({ data }) => resolve(inbox.database, acme.ada, data)],
    ])('is not given up when it %s', async (what, happen) => {
      const event = await ask('Can I return shoes?');
      const { conversationId } = event.data;
      if (what !== 'has time left') await waitTooLong(conversationId);
      await happen(event);
      const before = await conversation(conversationId);
      expect(await giveUp(conversationId)).toBe(false);
      expect(await conversation(conversationId)).toEqual(before);
    });

    test('is given up by nobody for a conversation of another company', async () => {
      const { data } = await ask('Can I return shoes?');
      await waitTooLong(data.conversationId);
      expect(await giveUp(data.conversationId, await inbox.addCompany())).toBe(false);
      expect(await giveUp(v7())).toBe(false);
    });

    test('is asked at once about what the contact waits for, when somebody makes it PENDING', async () => {
      await update({ enabled: false });
      const conversationId = await write(inbox, acme, { text: 'Hello?' });
      await update({ enabled: true });
      await inbox.told();
      for (let time = 0; time < 2; time++) {
        expect(await changeStatus(inbox.database, acme.ada, { conversationId, status: 'PENDING' })).toEqual({
          conversationId,
        });
      }
      expect(await conversation(conversationId)).toMatchObject({ status: 'PENDING', bot_enabled: true });
      expect(await asked()).toMatchObject([{ data: { turns: [{ author: 'CONTACT', text: 'Hello?' }] } }]);
      await reply(conversationId);
      await changeStatus(inbox.database, acme.ada, { conversationId, status: 'PENDING' });
      expect(await conversation(conversationId)).toMatchObject({ status: 'PENDING', bot_enabled: true });
      expect(await asked()).toEqual([]);
    });

    test('does not keep a conversation that was only given its status', async () => {
      await update({ enabled: false });
      const conversationId = await write(inbox, acme, { text: 'Hello?' });
      expect(await changeStatus(inbox.database, acme.ada, { conversationId, status: 'PENDING' })).toEqual({
        conversationId,
      });
      await inbox.rows('update conversations.conversations set bot_enabled = true where id = $1', [conversationId]);
      await waitTooLong(conversationId);
      expect(await giveUp(conversationId)).toBe(true);
    });

    test('is found out by the clocks of all processes, in every company', async () => {
      const globex = await inbox.addCompany();
      await update({ enabled: true }, globex.admin);
      const ids = [await write(inbox, acme), await write(inbox, globex)];
      for (const id of ids) await waitTooLong(id);
      const clocks = [1, 2].map(() =>
        createBotClock({ database: inbox.database, pollMs: 10, logger, metrics: createMetrics({ service: 'test' }) }),
      );
      await inbox.told();
      for (const clock of clocks) await clock.start();
      try {
        await eventually(async () => {
          for (const id of ids) expect(await conversation(id)).toMatchObject({ status: 'OPEN' });
        });
      } finally {
        for (const clock of clocks) await clock.stop();
      }
      const told = await inbox.told();
      const handedOver = told.flatMap((event) =>
        event.type === 'conversation.handed_over' ? event.data.conversation.id : [],
      );
      expect(handedOver.filter((id) => ids.includes(id)).toSorted()).toEqual(ids.toSorted());
    });
  });

  describe('and its settings', () => {
    test('are the admin’s, and entered in the audit log', async () => {
      for (const identity of [acme.ada, acme.supervisor]) {
        await expect(update({ enabled: false }, identity)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
      }
      expect(await update({ name: ' Robin ' })).toEqual({ version: 2 });
      expect(await update({ name: 'Kim' })).toEqual({ version: 3 });
      expect(await auditOf(inbox, acme.companyId)).toMatchObject([
        {},
        { before: { name: 'Robin' }, after: { name: 'Kim' } },
      ]);
    });

    test.each([
      [{ name: ' ' }, 'name'],
      [{ name: 'x'.repeat(51) }, 'name'],
      [{ handOverWords: ['...'] }, 'handOverWords'],
      [{ handOverWords: ['x'.repeat(101)] }, 'handOverWords'],
      [{ hours: [{ day: 'MONDAY', from: '9', to: '10' }] as const }, 'hours'],
      [{ timeZone: 'Nowhere' }, 'timeZone'],
      [{ handOverAfterSeconds: 9 }, 'handOverAfterSeconds'],
      [{ handOverAfterSeconds: 86_401 }, 'handOverAfterSeconds'],
      [{ channelIds: Array.from({ length: 101 }, () => v7()) }, 'channelIds'],
    ])('are not %j', async (input, field) => {
      expect(refusals(await update(input))).toEqual([`INVALID input.${field}`]);
    });

    test('name channels of the company only, and are not changed by who saw an older version', async () => {
      const globex = await inbox.addCompany();
      await recordChannel(inbox.database, connection(globex));
      for (const id of [globex.channelId, v7(), 'none']) {
        expect(refusals(await update({ channelIds: [id] }))).toEqual(['NOT_FOUND input.channelIds']);
      }
      expect(refusals(await update({ enabled: false, expectedVersion: 1 }))).toEqual([
        'CONFLICT input.expectedVersion',
      ]);
    });
  });
});
