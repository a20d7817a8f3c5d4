import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { groupWrites } from '#platform/postgres/groupWrites.ts';
import { DAY_MS, openInbox, received, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { changeStatus } from './changeStatus.ts';
import { receiveMessage } from './receiveMessage.ts';

const reopenWithinMs = 3 * DAY_MS;

describe('a message of a contact', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const conversationsOf = ({ companyId }: TestCompany) =>
    inbox.rows<{ id: string; number: number; status: string; [column: string]: unknown }>(
      'select * from conversations.conversations where company_id = $1 order by number',
      [companyId],
    );
  const resolve = (conversationId: string) =>
    changeStatus(inbox.database, acme.ada, { conversationId, status: 'RESOLVED' });
  const types = async () => (await inbox.told()).map(({ type }) => type);

  test('brings contact, identity, conversation, message and two events into being together', async () => {
    const sentAt = new Date(Date.now() - 60_000).toISOString();
    const id = await write(inbox, acme, { text: 'Where is my order?', sentAt });
    const [conversation] = await conversationsOf(acme);
    expect(conversation).toMatchObject({
      id,
      number: 1,
      status: 'OPEN',
      platform: 'TELEGRAM',
      inbound_count: 1,
      message_count: 1,
      waiting_since: new Date(sentAt),
      last_activity_at: new Date(sentAt),
    });
    const events = await inbox.told();
    expect(events.map(({ type, actor }) => [type, actor.kind])).toEqual([
      ['conversation.opened', 'contact'],
      ['conversation.message.created', 'contact'],
    ]);
    expect(events[1]?.data).toMatchObject({
      conversation: {
        id,
        number: 1,
        status: 'OPEN',
        labelIds: [],
        threadExternalId: 'thread-customer-1',
        lastActivityAt: sentAt,
      },
      message: { direction: 'INBOUND', text: 'Where is my order?', status: 'RECEIVED', createdAt: sentAt },
      delivery: null,
    });
  });

  test('takes three statements in a conversation that goes on, beside those of its transaction', async () => {
    await write(inbox, acme);
    const seen: string[] = [];
    const stop = inbox.database.onStatement((text) => seen.push(text.trim()));
    await write(inbox, acme);
    stop();
    const ofMessage = seen.slice(
      seen.findIndex((text) => /^(begin|select set_config)/.test(text)) + 1,
      seen.findIndex((text) => text.startsWith('insert into conversations.outbox')),
    );
    expect(ofMessage.map((text) => /^with \w+ as/.exec(text)?.[0])).toEqual([
      'with sighted as',
      'with asked as',
      'with stored as',
    ]);
  });

  test('takes six where its conversation begins', async () => {
    await write(inbox, acme);
    const seen: string[] = [];
    const stop = inbox.database.onStatement((text) => seen.push(text.trim()));
    await write(inbox, acme, { from: 'customer-2' });
    stop();
    const ofMessage = seen.slice(
      seen.findIndex((text) => /^(begin|select set_config)/.test(text)) + 1,
      seen.findIndex((text) => text.startsWith('insert into conversations.outbox')),
    );
    expect(ofMessage).toHaveLength(6);
    expect(await conversationsOf(acme)).toMatchObject([{ version: 1 }, { version: 1, held_since: expect.any(Date) }]);
  });

  test('shares all of them with those of other contacts that come with it', async () => {
    const contacts = Array.from({ length: 9 }, (_, index) => `c${String(index)}`);
    const known = contacts.slice(0, 6);
    for (const from of known) await write(inbox, acme, { from });
    const grouped = groupWrites(inbox.database, { transactions: 1 });
    const seen: string[] = [];
    const stop = inbox.database.onStatement((text) => seen.push(text.trim()));
    const events = contacts.map((from) => received(acme, { from, text: `of ${from}` }));
    const receive = (some: typeof events) =>
      Promise.all(some.map((event) => receiveMessage(grouped, event, { reopenWithinMs })));
    const outcomes = await receive(events);
    stop();
    expect(outcomes).toEqual(contacts.map(() => 'created'));
    expect(await receive(events.slice(2, 5))).toEqual(['repeated', 'repeated', 'repeated']);
    const starts = [
      'with sighted as',
      'with asked as',
      'insert into "conversations"."conversations"',
      'with stored as',
    ];
    expect(starts.map((start) => seen.filter((text) => text.startsWith(start)).length)).toEqual([1, 1, 1, 1]);
    const texts = await inbox.rows<{ external_id: string; text: string; ordinal: number }>(
      `select i.external_id, m.text, m.inbound_ordinal as ordinal from conversations.messages m
      join conversations.conversations c on c.company_id = m.company_id and c.id = m.conversation_id
      join conversations.contact_identities i on i.company_id = c.company_id and i.id = c.identity_id
      where m.company_id = $1 and m.text like 'of %' order by i.external_id`,
      [acme.companyId],
    );
    expect(texts).toEqual(
      contacts.map((from) => ({ external_id: from, text: `of ${from}`, ordinal: known.includes(from) ? 2 : 1 })),
    );
  });

  test('of one contact in several threads at once is in none lost', async () => {
    const grouped = groupWrites(inbox.database, { transactions: 1 });
    const events = Array.from({ length: 5 }, () => received(acme, { from: 'c1' }));
    await Promise.all(events.map((event) => receiveMessage(grouped, event, { reopenWithinMs })));
    expect(await conversationsOf(acme)).toMatchObject([{ number: 1, message_count: 5, inbound_count: 5 }]);
  });

  test('that comes fifty times in parallel is one', async () => {
    const event = received(acme);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => receiveMessage(inbox.database, event, { reopenWithinMs })),
    );
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(await conversationsOf(acme)).toMatchObject([{ message_count: 1, inbound_count: 1 }]);
    expect(await types()).toEqual(['conversation.opened', 'conversation.message.created']);
  });

  test('goes into the one conversation of its contact, also when all of them come at once', async () => {
    await Promise.all(
      Array.from({ length: 20 }, () => receiveMessage(inbox.database, received(acme), { reopenWithinMs })),
    );
    expect(await conversationsOf(acme)).toMatchObject([{ number: 1, message_count: 20, inbound_count: 20 }]);
    const ordinals = await inbox.rows<{ ordinal: number }>(
      'select inbound_ordinal as ordinal from conversations.messages where company_id = $1 order by 1',
      [acme.companyId],
    );
    expect(ordinals.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test('of many contacts at once counts the conversations up without gap or double', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, index) => write(inbox, acme, { from: `c${index}` })));
    expect((await conversationsOf(acme)).map(({ number }) => number)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
  });

  test('opens a resolved conversation again within the window, with its clocks at zero', async () => {
    const id = await write(inbox, acme);
    await resolve(id);
    await inbox.told();
    expect(await write(inbox, acme)).toBe(id);
    const [conversation] = await conversationsOf(acme);
    expect(conversation).toMatchObject({ status: 'OPEN', resolved_at: null, touched_by_agent: false });
    expect(conversation?.['waiting_since']).not.toBeNull();
    const [change, created] = await inbox.told();
    expect(change).toMatchObject({ type: 'conversation.status.changed', data: { from: 'RESOLVED', to: 'OPEN' } });
    expect(created?.type).toBe('conversation.message.created');
  });

  test('opens a new conversation when the window has passed', async () => {
    const id = await write(inbox, acme);
    await resolve(id);
    await inbox.rows(`update conversations.conversations set resolved_at = now() - interval '4 days' where id = $1`, [
      id,
    ]);
    expect(await write(inbox, acme)).not.toBe(id);
    expect(await conversationsOf(acme)).toMatchObject([
      { number: 1, status: 'RESOLVED' },
      { number: 2, status: 'OPEN' },
    ]);
  });

  test('wakes a snoozed conversation, and opens one that waits for a bot that is not there', async () => {
    const id = await write(inbox, acme);
    for (const status of ['SNOOZED', 'PENDING'] as const) {
      await changeStatus(inbox.database, acme.ada, { conversationId: id, status });
      await write(inbox, acme);
      expect(await conversationsOf(acme)).toMatchObject([{ status: 'OPEN' }]);
    }
  });

  test('that comes late is counted and does not turn the list back', async () => {
    const newest = new Date(Date.now() - 1_000).toISOString();
    await write(inbox, acme, { text: 'second', sentAt: newest });
    await write(inbox, acme, { text: 'first', sentAt: new Date(Date.now() - 60_000).toISOString() });
    const [conversation] = await conversationsOf(acme);
    expect(conversation).toMatchObject({ message_count: 2, last_activity_at: new Date(newest) });
    const last = await inbox.rows('select text from conversations.messages where id = $1', [
      conversation?.['last_message_id'],
    ]);
    expect(last).toEqual([{ text: 'second' }]);
  });

  test('of a platform whose clock is ahead does not stay on top for ever', async () => {
    await write(inbox, acme, { sentAt: new Date(Date.now() + DAY_MS).toISOString() });
    const [conversation] = await conversationsOf(acme);
    expect(Number(conversation?.['last_activity_at'])).toBeLessThanOrEqual(Date.now());
  });

  test('keeps the same ids of two companies apart', async () => {
    const globex = { ...(await inbox.addCompany()), channelId: acme.channelId };
    const externalMessageId = 'the same';
    await write(inbox, acme, { externalMessageId });
    await write(inbox, globex, { externalMessageId });
    expect(await conversationsOf(acme)).toHaveLength(1);
    expect(await conversationsOf(globex)).toMatchObject([{ number: 1 }]);
  });

  test('gives a contact the name and phone that the platform tells, until somebody here gives others', async () => {
    const known = async () => {
      const [contact] = await inbox.rows('select name, phone from conversations.contacts where company_id = $1', [
        acme.companyId,
      ]);
      return contact;
    };
    const contact = { externalId: 'customer-1', name: null, username: null, languageCode: null, phone: null };
    await write(inbox, acme, { contact });
    expect(await known()).toEqual({ name: null, phone: null });
    await write(inbox, acme, { contact: { ...contact, name: 'Grace', phone: '+4915112345678' } });
    await write(inbox, acme, { contact: { ...contact, name: 'Grace H.', phone: '+4915187654321' } });
    expect(await known()).toEqual({ name: 'Grace H.', phone: '+4915112345678' });
    await inbox.rows(`update conversations.contacts set name = 'Rear Admiral Hopper' where company_id = $1`, [
      acme.companyId,
    ]);
    await write(inbox, acme, { contact: { ...contact, name: 'G.' } });
    expect(await known()).toMatchObject({ name: 'Rear Admiral Hopper' });
  });

  test('keeps what only some platforms tell: member, button, story and referral', async () => {
    const story = { kind: 'REPLY', id: '17', url: 'https://platform.example/story' } as const;
    const referral = { source: 'ADS', type: 'OPEN_THREAD', ref: 'spring', adId: '7', title: null, url: null };
    await write(inbox, acme, { senderName: 'Grace', payload: 'ORDER_42', story, referral });
    const rows = await inbox.rows(
      'select sender_name, payload, story, referral from conversations.messages where company_id = $1',
      [acme.companyId],
    );
    expect(rows).toEqual([{ sender_name: 'Grace', payload: 'ORDER_42', story, referral }]);
  });

  test('remembers when the contact wrote last, in whatever order it is told', async () => {
    const newest = new Date(Date.now() - 1_000).toISOString();
    await write(inbox, acme, { sentAt: newest });
    await write(inbox, acme, { sentAt: new Date(Date.now() - 60_000).toISOString() });
    const rows = await inbox.rows(
      'select last_inbound_at from conversations.contact_identities where company_id = $1',
      [acme.companyId],
    );
    expect(rows).toEqual([{ last_inbound_at: new Date(newest) }]);
  });

  test('goes to people and not to the bot when another app has the thread in hand', async () => {
    const id = await write(inbox, acme);
    await changeStatus(inbox.database, acme.ada, { conversationId: id, status: 'PENDING' });
    await inbox.rows('update conversations.conversations set bot_enabled = true where id = $1', [id]);
    await write(inbox, acme);
    expect(await conversationsOf(acme)).toMatchObject([{ status: 'PENDING', bot_enabled: true }]);
    await write(inbox, acme, { standby: true });
    expect(await conversationsOf(acme)).toMatchObject([{ status: 'OPEN', bot_enabled: false }]);
  });

  test('refers to the message that it answers', async () => {
    await write(inbox, acme, { externalMessageId: 'asked' });
    await write(inbox, acme, { externalMessageId: 'answered', replyToExternalId: 'asked' });
    await write(inbox, acme, { externalMessageId: 'stray', replyToExternalId: 'never seen' });
    const rows = await inbox.rows(
      `select m.external_id as message, r.external_id as "replyTo" from conversations.messages m
       left join conversations.messages r on r.id = m.reply_to_id where m.company_id = $1 order by m.inbound_ordinal`,
      [acme.companyId],
    );
    expect(rows).toEqual([
      { message: 'asked', replyTo: null },
      { message: 'answered', replyTo: 'asked' },
      { message: 'stray', replyTo: null },
    ]);
  });
});
