import type { VisitorIdentity } from '#platform/identity/identity.ts';
import type { Sql } from '#platform/postgres/sql.ts';

interface ChatPlace {
  readonly conversationId: string;
  readonly threadExternalId: string;
  readonly contactId: string;
  readonly contactName: string | null;
}

/** The conversation that goes on with a visitor; undefined when there is none. */
export async function chatPlace(
  sql: Sql,
  { companyId, channelId, visitorId }: VisitorIdentity,
): Promise<ChatPlace | undefined> {
  const [place] = await sql<ChatPlace>`
    select c.id as "conversationId", i.thread_external_id as "threadExternalId", k.id as "contactId",
      k.name as "contactName"
    from conversations.contact_identities i
    join conversations.conversations c
      on c.company_id = i.company_id and c.identity_id = i.id and c.status <> 'RESOLVED'
    join conversations.contacts k on k.company_id = i.company_id and k.id = i.contact_id
    where i.company_id = ${companyId} and i.channel_id = ${channelId} and i.external_id = ${visitorId}`;
  return place;
}
