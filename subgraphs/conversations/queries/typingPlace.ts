import type { Sql } from '#platform/postgres/sql.ts';

interface TypingPlace {
  readonly conversationId: string;
  readonly channelId: string;
  readonly threadExternalId: string;
  readonly agentName: string;
}

/** Where an agent's typing is to be seen; undefined when the company has no such conversation, or no such agent any more. */
export async function typingPlace(
  sql: Sql,
  { companyId, agentId }: { readonly companyId: string; readonly agentId: string },
  conversationId: string,
): Promise<TypingPlace | undefined> {
  const [place] = await sql<TypingPlace>`
    select c.id as "conversationId", c.channel_id as "channelId", i.thread_external_id as "threadExternalId",
      a.name as "agentName"
    from conversations.conversations c
    join conversations.contact_identities i on i.company_id = c.company_id and i.id = c.identity_id
    join conversations.agents a on a.company_id = c.company_id and a.id = ${agentId} and a.deactivated_at is null
    where c.company_id = ${companyId} and c.id = ${conversationId}`;
  return place;
}
