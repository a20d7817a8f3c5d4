import { LockMode } from '@mikro-orm/postgresql';
import { Conversation } from '../entities/conversation.ts';
import type { AgentTransaction } from './asAgent.ts';
import { tellChanges } from './tellChanges.ts';

/**
 * Brings identities to another contact, and their conversations, of which there may be thousands. An identity has one
 * conversation that goes on at the most: those are told one by one, as whoever looks at the inbox sees them.
 *
 * Call it when nobody else can write a message of these identities: see {@link lockIdentities}.
 */
export async function moveConversations(
  { em, sql, ...transaction }: AgentTransaction,
  {
    identityIds,
    fromId,
    toId,
  }: { readonly identityIds: readonly string[]; readonly fromId: string; readonly toId: string },
): Promise<void> {
  const { companyId, actor } = transaction;
  const change = { kind: 'CONTACT', contactId: toId, previousContactId: fromId } as const;
  await sql`
    update conversations.contact_identities set contact_id = ${toId}
    where company_id = ${companyId} and contact_id = ${fromId} and id = any(${identityIds}::uuid[])`;

  const going = await em.find(
    Conversation,
    { companyId, contactId: fromId, identityId: { $in: [...identityIds] }, status: { $ne: 'RESOLVED' } },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
  );
  for (const conversation of going) {
    conversation.contactId = toId;
    await tellChanges({ em, sql, publish: transaction.publish }, { actor, conversation, changes: [change] });
  }
  await em.flush();

  const { kind, ...data } = change;
  await sql`
    with moved as (
      update conversations.conversations set contact_id = ${toId}, version = version + 1
      where company_id = ${companyId} and contact_id = ${fromId} and identity_id = any(${identityIds}::uuid[])
      returning id
    )
    insert into conversations.conversation_activities
      (company_id, conversation_id, id, kind, actor_kind, actor_id, data, occurred_at)
    select ${companyId}, id, gen_random_uuid(), ${kind}, ${actor.kind}, ${actor.id}, ${JSON.stringify(data)}::jsonb, now()
    from moved`;
}

/**
 * The contact's identities, held: no message of them is written until the transaction ends. In the order in which a
 * message takes them, identity before contact, so that neither waits for the other for ever.
 */
export async function lockIdentities(
  { sql, companyId }: AgentTransaction,
  contactId: string,
): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`
    select id from conversations.contact_identities
    where company_id = ${companyId} and contact_id = ${contactId} order by id for update`;
  return rows.map(({ id }) => id);
}
