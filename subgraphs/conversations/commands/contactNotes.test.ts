import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { contactNotePages } from '../queries/contacts.ts';
import { adminOf, contactOf } from '../testing/contacts.ts';
import { refusals as codes } from '../testing/people.ts';
import { openInbox, write, type TestCompany, type TestInbox, viewer } from '../testing/inbox.ts';
import { addContactNote, deleteContactNote, editContactNote } from './contactNotes.ts';

describe('notes about a contact', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let contactId: string;
  let noteId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    await write(inbox, acme);
    contactId = await contactOf(inbox, acme);
    noteId = await add('Likes tea');
    await inbox.told();
  });
  afterAll(() => inbox.close());

  async function add(text: string): Promise<string> {
    const outcome = await addContactNote(inbox.database, acme.ada, { contactId, text });
    if ('userErrors' in outcome) throw new Error('the note was refused');
    return outcome.noteId;
  }

  async function notes(identity: Parameters<typeof viewer>[0] = acme.ben) {
    const session = inbox.database.session(identity.companyId);
    const page = { limit: 10, direction: 'forward' } as const;
    try {
      return await session.read((sql) => contactNotePages(sql, viewer(identity), [contactId], page));
    } finally {
      await session.close();
    }
  }

  test('are read by agents, newest first, and by nobody else', async () => {
    await add('Has a dog');
    expect(await notes()).toMatchObject([
      { text: 'Has a dog', authorId: acme.ada.agentId, editedAt: null },
      { text: 'Likes tea' },
    ]);
    expect(await notes(acme.partner)).toEqual([]);
    expect(await notes((await inbox.addCompany()).ada)).toEqual([]);
  });

  test('are changed by who wrote them, and by those who have more to say', async () => {
    await editContactNote(inbox.database, acme.ada, { noteId, text: 'Likes coffee' });
    expect(await notes()).toMatchObject([{ text: 'Likes coffee', editedAt: expect.any(Date) }]);
    const forbidden = { extensions: { code: 'FORBIDDEN' } };
    await expect(editContactNote(inbox.database, acme.ben, { noteId, text: 'x' })).rejects.toMatchObject(forbidden);
    await expect(deleteContactNote(inbox.database, acme.ben, { noteId })).rejects.toMatchObject(forbidden);
    const supervisor = acme.supervisor;
    expect(await deleteContactNote(inbox.database, supervisor, { noteId })).toEqual({ deletedId: noteId });
    expect(await notes()).toEqual([]);
    expect(await inbox.told()).toMatchObject([{ data: { contactId, change: 'NOTES' } }, { data: { change: 'NOTES' } }]);
  });

  test('that say the same as before are told nobody', async () => {
    expect(await editContactNote(inbox.database, acme.ada, { noteId, text: ' Likes tea ' })).toEqual({ noteId });
    expect(await notes()).toMatchObject([{ editedAt: null }]);
    expect(await inbox.told()).toEqual([]);
  });

  test('need a text, and a contact and a note of the company', async () => {
    for (const text of ['', ' \0 ', 'x'.repeat(10_001)]) {
      const input = { contactId, noteId, text };
      expect(codes(await addContactNote(inbox.database, acme.ada, input))).toEqual(['INVALID input.text']);
      expect(codes(await editContactNote(inbox.database, acme.ada, input))).toEqual(['INVALID input.text']);
    }
    const globex = await adminOf(inbox, await inbox.addCompany());
    for (const id of [noteId, contactId, v7(), 'nonsense']) {
      const input = { contactId: id, noteId: id, text: 'x' };
      expect(codes(await addContactNote(inbox.database, globex, input))).toEqual(['NOT_FOUND input.contactId']);
      expect(codes(await editContactNote(inbox.database, globex, input))).toEqual(['NOT_FOUND input.noteId']);
      expect(codes(await deleteContactNote(inbox.database, globex, input))).toEqual(['NOT_FOUND input.noteId']);
    }
    await expect(addContactNote(inbox.database, acme.partner, { contactId, text: 'x' })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    expect(await notes()).toMatchObject([{ text: 'Likes tea' }]);
  });
});
