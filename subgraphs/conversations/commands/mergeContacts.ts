import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../ids.ts';
import { placesOfContact } from '../queries/placesOfContact.ts';
import { fill, missingOf, type Fillable } from '../rules/fillContact.ts';
import { refuse, writeAsAgent, type AgentTransaction, type Outcome } from './asAgent.ts';
import { audit } from './audit.ts';
import { contactErased, contactNotFound, tellContact } from './changeContact.ts';
import { isContactVisible } from './isContactVisible.ts';
import { lockIdentities, moveConversations } from './moveConversations.ts';
import { saveDetails } from './saveDetails.ts';

export interface Mergeable extends Fillable {
  readonly id: string;
  readonly mergedIntoId: string | null;
  /** Whether the person is erased, or about to be. */
  readonly isErased: boolean;
}

/**
 * Two contacts turn out to be one person: identities, conversations and notes of the one go over to the other, which keeps
 * what it has and gets what it has not. Each identity keeps the conversation that goes on with it, so the person may have
 * two. What moved is kept, and {@link undoMerge} takes it back.
 */
export async function mergeContacts(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { intoId, fromId }: { readonly intoId: string; readonly fromId: string },
): Promise<Outcome<{ mergeId: string }>> {
  return writeAsAgent(database, identity, 'contacts:merge', async (transaction) => {
    if (!isId(intoId)) return contactNotFound('intoId');
    if (!isId(fromId)) return contactNotFound('fromId');
    await takeMergeTurn(transaction);
    const identityIds = await lockIdentities(transaction, fromId);
    const [into, from] = await lockBoth(transaction, intoId, fromId);
    if (!into || !(await isContactVisible(transaction, into.id))) return contactNotFound('intoId');
    if (!from || !(await isContactVisible(transaction, from.id))) return contactNotFound('fromId');
    if (into.id === from.id) return refuse('INVALID', 'A contact cannot be merged into itself.', 'fromId');
    if (into.isErased) return contactErased('intoId');
    if (from.isErased) return contactErased('fromId');
    if (into.mergedIntoId !== null) return alreadyMerged('intoId');
    if (from.mergedIntoId !== null) return alreadyMerged('fromId');

    const mergeId = v7();
    await moveConversations(transaction, { identityIds, fromId: from.id, toId: into.id });
    const noteIds = await moveNotes(transaction, from.id, into.id);
    const filled = missingOf(into, from);
    await saveMerged(transaction, into.id, fill(into, filled));
    const { sql, companyId, agentId, publish, actor } = transaction;
    await sql`
      update conversations.contacts set merged_into_id = ${into.id}
      where company_id = ${companyId} and id = ${from.id}`;
    await sql`
      insert into conversations.contact_merges (company_id, id, into_id, from_id, moved, merged_by)
      values (${companyId}, ${mergeId}, ${into.id}, ${from.id},
        ${JSON.stringify({ identityIds, noteIds, filled })}::jsonb, ${agentId})`;
    const subject = { kind: 'contact', id: into.id };
    await audit(transaction, { action: 'contact.merged', subject, after: { fromId: from.id, mergeId } });
    await tellContact(transaction, into.id, 'MERGED');
    const places = await placesOfContact(sql, companyId, into.id);
    const data = { mergeId, intoId: into.id, fromId: from.id, undone: false, places };
    publish({ type: 'conversation.contact.merged', actor, data });
    return { mergeId };
  });
}

/** A company's merges happen in turn: what one of them moves, no other moves at the same moment. */
export async function takeMergeTurn({ sql, companyId }: AgentTransaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`conversations.merge ${companyId}`}, 0))`;
}

/** Both in the order of their ids. */
export async function lockBoth(
  { sql, companyId }: AgentTransaction,
  intoId: string,
  fromId: string,
): Promise<[Mergeable | undefined, Mergeable | undefined]> {
  const rows = await sql<Mergeable>`
    select id, name, email, phone, attributes, picture_file_key as "pictureFileKey", blocked_at as "blockedAt",
      merged_into_id as "mergedIntoId", erased_at is not null or exists (
        select from conversations.privacy_jobs j
        where j.company_id = ${companyId} and j.contact_id = contacts.id and j.kind = 'ERASURE'
          and j.status in ('QUEUED', 'RUNNING')
      ) as "isErased"
    from conversations.contacts where company_id = ${companyId} and id in (${intoId}, ${fromId})
    order by id for no key update`;
  const byId = (id: string) => rows.find((row) => row.id === id.toLowerCase());
  return [byId(intoId), byId(fromId)];
}

export async function saveMerged(
  transaction: AgentTransaction,
  id: string,
  { pictureFileKey, ...details }: Fillable,
): Promise<void> {
  const { sql, companyId } = transaction;
  await saveDetails(transaction, id, details);
  await sql`
    update conversations.contacts set picture_file_key = ${pictureFileKey}
    where company_id = ${companyId} and id = ${id}`;
}

async function moveNotes({ sql, companyId }: AgentTransaction, fromId: string, toId: string): Promise<string[]> {
  const moved = await sql<{ id: string }>`
    update conversations.contact_notes set contact_id = ${toId}
    where company_id = ${companyId} and contact_id = ${fromId} returning id`;
  return moved.map(({ id }) => id);
}

function alreadyMerged(field: string) {
  return refuse('MERGED', 'This contact is a part of another already: take that one.', field);
}
