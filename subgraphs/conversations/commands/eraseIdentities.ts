import { LockMode } from '@mikro-orm/postgresql';
import { v7 } from 'uuid';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Conversation } from '../entities/conversation.ts';
import type { Transaction } from '../facts.ts';
import type { PrivacyJob } from '../privacy/job.ts';
import { applyStatus } from '../rules/status.ts';
import { searchVector } from '../text/searchWords.ts';
import { placesOfContact } from '../queries/placesOfContact.ts';
import { lockIdentities } from './moveConversations.ts';
import { reportErased } from './reportErased.ts';
import { tellChanges } from './tellChanges.ts';

const actor = { kind: 'system' } as const;

interface ErasedIdentity {
  readonly channelId: string;
  readonly externalId: string;
  readonly threadExternalId: string;
  readonly pictureFileKey: string | null;
}

/**
 * The first step of an erasure, in one transaction: from here on nothing leads from the person to what is here. Names, ids of
 * platforms, notes and attributes are gone, also of contacts that were merged into this one; conversations that went on are
 * resolved. What the person writes later begins as somebody new. Done once, however often it is called.
 */
export async function eraseIdentities(
  database: Database<SwitchboardCatalogue>,
  { companyId, id: jobId, contactId }: PrivacyJob,
): Promise<void> {
  await database.write(companyId, async (transaction) => {
    const { sql, publish } = transaction;
    await lockIdentities({ ...transaction, companyId }, contactId);
    const [contact] = await sql<{ erasedAt: Date | null }>`
      select erased_at as "erasedAt" from conversations.contacts
      where company_id = ${companyId} and id = ${contactId} for no key update`;
    if (!contact || contact.erasedAt) return;

    const contactIds = await mergedInto(transaction, companyId, contactId);
    const identities = await anonymise(transaction, companyId, contactId);
    await resolveGoing(transaction, companyId, contactId);
    const notes = await sql`
      delete from conversations.contact_notes
      where company_id = ${companyId} and contact_id = any(${contactIds}::uuid[]) returning id`;
    const pictures = await emptyContacts(transaction, companyId, contactIds);
    await forgetTraces(transaction, companyId, contactIds);
    const { drafts, notifications } = await forgetWorkOn(transaction, companyId, contactId);

    const partId = v7();
    publish({
      type: 'conversation.erased',
      actor,
      data: {
        jobId,
        partId,
        contactIds,
        messages: [],
        last: false,
        identities: identities.map(({ pictureFileKey: _file, ...identity }) => identity),
        fileKeys: [...pictures, ...identities.flatMap(({ pictureFileKey }) => pictureFileKey ?? [])],
      },
    });
    const places = await placesOfContact(sql, companyId, contactId);
    publish({ type: 'conversation.contact.changed', actor, data: { contactId, change: 'ERASED', places } });
    const counts = {
      contacts: contactIds.length,
      identities: identities.length,
      notes: notes.length,
      drafts,
      notifications,
    };
    await reportErased(transaction, { companyId, jobId, partId, context: 'conversations', counts, last: false });
  });
}

/** The contact and, through any number of merges, those that became a part of it. */
async function mergedInto({ sql }: Transaction, companyId: string, contactId: string): Promise<string[]> {
  const rows = await sql<{ id: string }>`
    with recursive part as (
      select ${contactId}::uuid as id
      union
      select c.id from part join conversations.contacts c on c.company_id = ${companyId} and c.merged_into_id = part.id
    )
    select id from part`;
  return rows.map(({ id }) => id);
}

async function anonymise({ sql }: Transaction, companyId: string, contactId: string): Promise<ErasedIdentity[]> {
  return sql<ErasedIdentity>`
    with before as (
      select id, channel_id, external_id, thread_external_id, picture_file_key from conversations.contact_identities
      where company_id = ${companyId} and contact_id = ${contactId}
    )
    update conversations.contact_identities i set
      external_id = 'erased ' || i.id, thread_external_id = 'erased ' || i.id, display_name = null, username = null,
      language_code = null, picture_file_key = null, blocked_at = null, block_changed_at = null
    from before where i.company_id = ${companyId} and i.id = before.id
    returning before.channel_id as "channelId", before.external_id as "externalId",
      before.thread_external_id as "threadExternalId", before.picture_file_key as "pictureFileKey"`;
}

/** Nobody can answer any more: an identity's conversation that went on is over. */
async function resolveGoing(transaction: Transaction, companyId: string, contactId: string): Promise<void> {
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  const going = await transaction.em.find(
    Conversation,
    { companyId, contactId, status: { $ne: 'RESOLVED' } },
    { lockMode, orderBy: { id: 'asc' } },
  );
  for (const conversation of going) {
    const changes = [applyStatus(conversation, 'RESOLVED', { at: new Date() })];
    await tellChanges(transaction, { actor, conversation, changes });
  }
  // Conversations before what hangs on them, as everybody writes them.
  await transaction.em.flush();
}

/** Returns the keys of their pictures. */
async function emptyContacts(
  { sql }: Transaction,
  companyId: string,
  contactIds: readonly string[],
): Promise<string[]> {
  const rows = await sql<{ fileKey: string | null }>`
    with before as (
      select id, picture_file_key from conversations.contacts
      where company_id = ${companyId} and id = any(${contactIds}::uuid[])
    )
    update conversations.contacts k set
      name = null, email = null, phone = null, attributes = '{}', picture_file_key = null, blocked_at = null,
      detail_words = '{}', search = array_to_tsvector(${searchVector(companyId, null)}::text[]), erased_at = now(),
      version = version + 1
    from before where k.company_id = ${companyId} and k.id = before.id
    returning before.picture_file_key as "fileKey"`;
  return rows.flatMap(({ fileKey }) => fileKey ?? []);
}

/** What agents have begun to write to the person, and what they were told of the person's conversations. */
async function forgetWorkOn({ sql }: Transaction, companyId: string, contactId: string) {
  const drafts = await sql`
    delete from conversations.drafts d using conversations.conversations c
    where d.company_id = ${companyId} and c.company_id = d.company_id and c.id = d.conversation_id
      and c.contact_id = ${contactId} returning d.id`;
  const notifications = await sql`
    delete from conversations.notifications n using conversations.conversations c
    where n.company_id = ${companyId} and c.company_id = n.company_id and c.id = n.conversation_id
      and c.contact_id = ${contactId} returning n.id`;
  return { drafts: drafts.length, notifications: notifications.length };
}

/** What was written down about the person elsewhere: by merges, in the audit log, and in archives that can be fetched. */
async function forgetTraces({ sql }: Transaction, companyId: string, contactIds: readonly string[]): Promise<void> {
  await sql`
    update conversations.contact_merges set moved = jsonb_set(moved, '{filled}', '{"attributes": {}}')
    where company_id = ${companyId} and from_id = any(${contactIds}::uuid[])`;
  await sql`select conversations.redact_audit(${contactIds}::text[])`;
  await sql`
    update conversations.privacy_jobs set
      status = case when status = 'DONE' then status else 'EXPIRED' end,
      expires_at = case when status = 'DONE' then now() else expires_at end
    where company_id = ${companyId} and contact_id = any(${contactIds}::uuid[]) and kind = 'EXPORT'
      and status in ('QUEUED', 'RUNNING', 'DONE')`;
}
