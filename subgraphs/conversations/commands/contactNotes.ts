import { v7 } from 'uuid';
import { forbidden } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../ids.ts';
import { refuse, writeAsAgent, type AgentTransaction, type Outcome, type Refusal } from './asAgent.ts';
import { audit } from './audit.ts';
import { isContactVisible } from './isContactVisible.ts';
import { contactErased, contactNotFound, lockContact, tellContact } from './changeContact.ts';

const MAX_TEXT = 10_000;

type Noted = Outcome<{ noteId: string }>;

/** What agents tell each other about a contact, whatever the conversation. */
export async function addContactNote(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly contactId: string; readonly text: string },
): Promise<Noted> {
  return writeAsAgent(database, identity, 'contacts:note', async (transaction) => {
    const text = readText(input.text);
    if (typeof text === 'object') return text;
    const contact = await lockContact(transaction, input.contactId);
    if (!contact) return contactNotFound();
    if (contact.erasedAt) return contactErased();
    const { sql, companyId, agentId } = transaction;
    const noteId = v7();
    await sql`
      insert into conversations.contact_notes (company_id, id, contact_id, author_id, text)
      values (${companyId}, ${noteId}, ${contact.id}, ${agentId}, ${text})`;
    await tellContact(transaction, contact.id, 'NOTES');
    return { noteId };
  });
}

export async function editContactNote(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly noteId: string; readonly text: string },
): Promise<Noted> {
  return writeAsAgent(database, identity, 'contacts:note', async (transaction) => {
    const text = readText(input.text);
    if (typeof text === 'object') return text;
    const note = await lockNote(transaction, input.noteId);
    if ('userErrors' in note || note.text === text) return 'userErrors' in note ? note : { noteId: note.id };
    const { sql, companyId } = transaction;
    await sql`
      update conversations.contact_notes set text = ${text}, edited_at = now()
      where company_id = ${companyId} and id = ${note.id}`;
    await tellContact(transaction, note.contactId, 'NOTES');
    return { noteId: note.id };
  });
}

export async function deleteContactNote(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly noteId: string },
): Promise<Outcome<{ deletedId: string }>> {
  return writeAsAgent(database, identity, 'contacts:note', async (transaction) => {
    const note = await lockNote(transaction, input.noteId);
    if ('userErrors' in note) return note;
    const { sql, companyId } = transaction;
    await sql`delete from conversations.contact_notes where company_id = ${companyId} and id = ${note.id}`;
    await audit(transaction, { action: 'contact.note.deleted', subject: { kind: 'contact', id: note.contactId } });
    await tellContact(transaction, note.contactId, 'NOTES');
    return { deletedId: note.id };
  });
}

interface Note {
  readonly id: string;
  readonly contactId: string;
  readonly authorId: string;
  readonly text: string;
}

/** @throws GraphQLError `FORBIDDEN` when it is another agent's note, for agents who are nothing more than that. */
async function lockNote(transaction: AgentTransaction, id: string): Promise<Note | Refusal> {
  const { sql, companyId, agentId, role } = transaction;
  const [note] = isId(id)
    ? await sql<Note>`
        select id, contact_id as "contactId", author_id as "authorId", text from conversations.contact_notes
        where company_id = ${companyId} and id = ${id} for update`
    : [];
  if (!note || !(await isContactVisible(transaction, note.contactId))) {
    return refuse('NOT_FOUND', 'There is no such note.', 'noteId');
  }
  if (note.authorId !== agentId && role === 'AGENT') {
    throw forbidden('Somebody else wrote this note: ask them, a supervisor or an admin.');
  }
  return note;
}

function readText(text: string): string | Refusal {
  const kept = storableText(text).trim();
  if (kept === '') return refuse('INVALID', 'A note needs a text.', 'text');
  if (kept.length > MAX_TEXT) return refuse('INVALID', `A note has at most ${MAX_TEXT} characters.`, 'text');
  return kept;
}
