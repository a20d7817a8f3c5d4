import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { contactsByIds } from '../queries/contacts.ts';
import { contactOf, define } from '../testing/contacts.ts';
import { refusals as codes } from '../testing/people.ts';
import { openInbox, write, type TestCompany, type TestInbox, viewer } from '../testing/inbox.ts';
import { assign } from './assign.ts';
import { blockContact } from './blockContact.ts';
import { changeStatus } from './changeStatus.ts';
import { addContactNote, deleteContactNote } from './contactNotes.ts';
import { mergeContacts } from './mergeContacts.ts';
import { undoMerge } from './undoMerge.ts';
import { updateContact } from './updateContact.ts';

describe('merging contacts', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let ann: string;
  let bob: string;
  let cleo: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    for (const from of ['ann', 'bob', 'cleo']) await write(inbox, acme, { from });
    ann = await contactOf(inbox, acme, 'ann');
    bob = await contactOf(inbox, acme, 'bob');
    cleo = await contactOf(inbox, acme, 'cleo');
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const merge = (fromId: string, intoId: string, identity = acme.ada) =>
    mergeContacts(inbox.database, identity, { fromId, intoId });
  async function merged(fromId: string, intoId: string): Promise<string> {
    const outcome = await merge(fromId, intoId);
    if ('userErrors' in outcome) throw new Error(outcome.userErrors[0]?.message);
    return outcome.mergeId;
  }
  const undo = (mergeId: string, identity = acme.ada) => undoMerge(inbox.database, identity, { mergeId });

  async function contact(id: string) {
    const session = inbox.database.session(acme.companyId);
    try {
      return (await session.read((sql) => contactsByIds(sql, viewer(acme.ada), [id])))[0];
    } finally {
      await session.close();
    }
  }
  /** What is a contact's: who wrote, in how many conversations, and what was noted. */
  async function belongings(id: string) {
    const [row] = await inbox.rows(
      `select
         array(select external_id from conversations.contact_identities where contact_id = $1 order by 1) as identities,
         (select count(*)::int from conversations.conversations where contact_id = $1) as conversations,
         array(select text from conversations.contact_notes where contact_id = $1 order by 1) as notes`,
      [id],
    );
    return row;
  }
  const note = (contactId: string, text: string) => addContactNote(inbox.database, acme.ada, { contactId, text });
  const update = (contactId: string, input: object) => updateContact(inbox.database, acme.ada, { contactId, ...input });
  /** Everything of the company that a merge could change, as it is. */
  const everything = () =>
    inbox.rows(
      `select k.id, k.name, k.email, k.phone, k.attributes, k.blocked_at, k.search::text, k.merged_into_id,
         array(select i.id::text from conversations.contact_identities i where i.contact_id = k.id order by 1) as identities,
         array(select c.id::text from conversations.conversations c where c.contact_id = k.id order by 1) as conversations,
         array(select n.id::text from conversations.contact_notes n where n.contact_id = k.id order by 1) as notes
       from conversations.contacts k where k.company_id = $1 order by k.id`,
      [acme.companyId],
    );

  test('brings identities, conversations and notes together, and the old id leads to the contact that stays', async () => {
    await note(ann, 'Likes tea');
    await note(bob, 'Has a dog');
    await merged(ann, bob);
    expect(await belongings(bob)).toEqual({
      identities: ['ann', 'bob'],
      conversations: 2,
      notes: ['Has a dog', 'Likes tea'],
    });
    expect(await belongings(ann)).toEqual({ identities: [], conversations: 0, notes: [] });
    expect(await contact(ann)).toMatchObject({ id: bob, name: 'Name of bob' });
    await update(ann, { name: 'Robert' });
    expect(await contact(bob)).toMatchObject({ name: 'Robert' });
  });

  test('fills in what the contact that stays has not, and nothing else', async () => {
    await define(inbox, acme, { key: 'tier' });
    await define(inbox, acme, { key: 'city' });
    await update(ann, { email: 'ann@example.com', phone: '+436601234567', attributes: { tier: 'gold', city: 'Graz' } });
    await update(bob, { email: 'bob@example.com', attributes: { city: 'Linz' } });
    await merged(ann, bob);
    expect(await contact(bob)).toMatchObject({
      name: 'Name of bob',
      email: 'bob@example.com',
      phone: '+436601234567',
      attributes: { tier: 'gold', city: 'Linz' },
    });
  });

  test('leaves a person blocked who was so under one of the two', async () => {
    await blockContact(inbox.database, acme.ada, { contactId: ann });
    const mergeId = await merged(ann, bob);
    expect(await contact(bob)).toMatchObject({ blockedAt: expect.any(Date) });
    await undo(mergeId);
    expect(await contact(bob)).toMatchObject({ blockedAt: null });
    expect(await contact(ann)).toMatchObject({ id: ann, blockedAt: expect.any(Date) });
  });

  test('tells by its end whose conversations each of the two has, so that who sees either is told', async () => {
    const [conversation] = await inbox.rows<{ id: string }>(
      'select id from conversations.conversations where contact_id = $1',
      [ann],
    );
    await assign(inbox.database, acme.ada, { conversationId: conversation?.id ?? '', teamId: acme.teamId });
    const [annes, bobs] = [
      { teamId: acme.teamId, assigneeId: null },
      { teamId: null, assigneeId: null },
    ];
    const mergeId = await merged(ann, bob);
    await undo(mergeId);
    const told = (await inbox.told()).flatMap((event) =>
      event.type === 'conversation.contact.merged' ? [event.data] : [],
    );
    expect(told).toMatchObject([
      { undone: false, places: expect.arrayContaining([annes, bobs]), fromPlaces: [] },
      { undone: true, places: [bobs], fromPlaces: [annes] },
    ]);
  });

  test('tells which contacts and which conversations that go on it was about', async () => {
    const [before] = await inbox.rows<{ id: string; version: number }>(
      'select id, version from conversations.conversations where contact_id = $1',
      [ann],
    );
    await merged(ann, bob);
    expect(await inbox.told()).toMatchObject([
      { type: 'conversation.changed', data: { change: 'CONTACT', conversation: { id: before?.id, contactId: bob } } },
      { type: 'conversation.contact.changed', data: { contactId: bob, change: 'MERGED' } },
      { type: 'conversation.contact.merged', data: { intoId: bob, fromId: ann, undone: false } },
    ]);
    expect(
      await inbox.rows(
        `select a.kind, a.data, c.version from conversations.conversation_activities a
         join conversations.conversations c on c.id = a.conversation_id
         where a.conversation_id = $1 and a.kind = 'CONTACT'`,
        [before?.id],
      ),
    ).toEqual([
      { kind: 'CONTACT', data: { contactId: bob, previousContactId: ann }, version: (before?.version ?? 0) + 1 },
    ]);
  });

  test('moves thousands of conversations in the same few statements', async () => {
    await inbox.rows(
      `insert into conversations.conversations (company_id, id, number, contact_id, identity_id, channel_id, platform,
         status, opened_at, resolved_at, last_activity_at, created_at)
       select company_id, gen_random_uuid(), 1000 + n, contact_id, id, channel_id, platform, 'RESOLVED', now(), now(),
         now(), now()
       from conversations.contact_identities, generate_series(1, 5000) n where contact_id = $1`,
      [ann],
    );
    let statements = 0;
    const stop = inbox.database.onStatement(() => (statements += 1));
    const mergeId = await merged(ann, bob);
    stop();
    expect(statements).toBeLessThan(30);
    expect(await belongings(bob)).toMatchObject({ conversations: 5_002 });
    await undo(mergeId);
    expect(await belongings(bob)).toMatchObject({ conversations: 1 });
    expect(await belongings(ann)).toMatchObject({ conversations: 5_001 });
  });

  test('is refused for what cannot be, and changes nothing then', async () => {
    const globex = await inbox.addCompany();
    await write(inbox, globex, { from: 'eve' });
    const eve = await contactOf(inbox, globex, 'eve');
    const before = await everything();
    await inbox.told();
    expect(codes(await merge(ann, ann.toUpperCase()))).toEqual(['INVALID input.fromId']);
    for (const id of [eve, v7(), 'nonsense']) {
      expect(codes(await merge(id, ann))).toEqual(['NOT_FOUND input.fromId']);
      expect(codes(await merge(ann, id))).toEqual(['NOT_FOUND input.intoId']);
    }
    expect(codes(await merge(ann, bob, globex.ada))).toEqual(['NOT_FOUND input.intoId']);
    await expect(mergeContacts(inbox.database, acme.partner, { fromId: ann, intoId: bob })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    expect(await everything()).toEqual(before);
    expect(await inbox.told()).toEqual([]);
  });

  test('of what is merged already is refused, also when several try at once', async () => {
    const outcomes = await Promise.all([merge(ann, bob), merge(bob, ann), merge(ann, bob), merge(ann, cleo)]);
    const refused = outcomes.flatMap(codes);
    expect(outcomes.filter((outcome) => 'mergeId' in outcome).length).toBeGreaterThanOrEqual(1);
    expect(refused.every((code) => code.startsWith('MERGED '))).toBe(true);
    // Whatever went first, nobody has a part twice and nobody stands for himself.
    const rows = await inbox.rows<{ from: string }>(
      `select from_id as "from" from conversations.contact_merges where company_id = $1 and undone_at is null`,
      [acme.companyId],
    );
    expect(new Set(rows.map(({ from }) => from)).size).toBe(rows.length);
    const kept = await Promise.all([contact(ann), contact(bob)]);
    expect(new Set(kept.map((one) => one?.id)).size).toBe(1);
  });

  test('takes in the messages that arrive meanwhile, each in the conversation of its identity', async () => {
    await Promise.all([
      ...Array.from({ length: 8 }, () => write(inbox, acme, { from: 'ann' })),
      merged(ann, bob),
      ...Array.from({ length: 8 }, () => write(inbox, acme, { from: 'bob' })),
    ]);
    await write(inbox, acme, { from: 'ann' });
    expect(await belongings(bob)).toMatchObject({ identities: ['ann', 'bob'], conversations: 2 });
    const counts = await inbox.rows(
      `select count(*)::int as stored, c.message_count as counted from conversations.messages m
       join conversations.conversations c on c.id = m.conversation_id
       where c.contact_id = $1 group by c.id, c.message_count order by 1`,
      [bob],
    );
    expect(counts).toEqual([
      { stored: 9, counted: 9 },
      { stored: 10, counted: 10 },
    ]);
  });

  test('that is undone leaves everything as it was', async () => {
    await define(inbox, acme, { key: 'tier' });
    await update(ann, { email: 'ann@example.com', phone: '+436601234567', attributes: { tier: 'gold' } });
    await note(ann, 'Likes tea');
    await note(bob, 'Has a dog');
    const before = await everything();
    await undo(await merged(ann, bob));
    expect(await everything()).toEqual(before);
  });

  test('that is undone gives back what has come since to whose identity it is, and keeps what people changed', async () => {
    await update(ann, { email: 'ann@example.com', phone: '+436601234567' });
    const mergeId = await merged(ann, bob);
    const [going] = await inbox.rows<{ id: string }>(
      `select c.id from conversations.conversations c join conversations.contact_identities i on i.id = c.identity_id
       where i.external_id = 'ann' and c.company_id = $1`,
      [acme.companyId],
    );
    await changeStatus(inbox.database, acme.ada, { conversationId: going?.id ?? '', status: 'RESOLVED' });
    await inbox.rows(`update conversations.conversations set resolved_at = now() - interval '9 days' where id = $1`, [
      going?.id,
    ]);
    await write(inbox, acme, { from: 'ann' });
    await update(bob, { phone: '+436607654321' });
    await undo(mergeId);
    expect(await belongings(ann)).toMatchObject({ identities: ['ann'], conversations: 2 });
    expect(await belongings(bob)).toMatchObject({ identities: ['bob'], conversations: 1 });
    expect(await contact(bob)).toMatchObject({ email: null, phone: '+436607654321' });
    expect(await contact(ann)).toMatchObject({ id: ann, email: 'ann@example.com', phone: '+436601234567' });
  });

  test('that is undone does not bring back a note that was deleted since', async () => {
    const outcome = await note(ann, 'Likes tea');
    const mergeId = await merged(ann, bob);
    await deleteContactNote(inbox.database, acme.ada, { noteId: 'noteId' in outcome ? outcome.noteId : '' });
    await undo(mergeId);
    expect(await belongings(ann)).toMatchObject({ notes: [] });
  });

  test('in a chain is undone from its end, and nowhere else', async () => {
    const before = await everything();
    const first = await merged(ann, bob);
    const second = await merged(bob, cleo);
    expect(await contact(ann)).toMatchObject({ id: cleo });
    expect(codes(await merge(ann, cleo))).toEqual(['MERGED input.fromId']);
    expect(codes(await undo(first))).toEqual(['MERGED_SINCE input.mergeId']);
    expect(await belongings(cleo)).toMatchObject({ identities: ['ann', 'bob', 'cleo'], conversations: 3 });
    await undo(second);
    expect(await contact(ann)).toMatchObject({ id: bob });
    await undo(first);
    expect(await everything()).toEqual(before);
  });

  test('is undone once, by the company’s agents', async () => {
    const mergeId = await merged(ann, bob);
    const globex = await inbox.addCompany();
    for (const id of [mergeId, v7(), 'nonsense']) {
      expect(codes(await undo(id, globex.ada))).toEqual(['NOT_FOUND input.mergeId']);
    }
    await expect(undoMerge(inbox.database, acme.partner, { mergeId })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    const outcomes = await Promise.all([undo(mergeId), undo(mergeId)]);
    expect(outcomes.flatMap(codes)).toEqual(['ALREADY_UNDONE input.mergeId']);
    expect(codes(await merge(ann, bob))).toEqual([]);
  });
});
