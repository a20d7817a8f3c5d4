import type { Sql } from '#platform/postgres/sql.ts';
import { visibleConversations, type Viewer } from './viewer.ts';

interface TypingPlace {
  readonly conversationId: string;
  readonly channelId: string;
  readonly threadExternalId: string;
  readonly agentName: string;
}

/** Where an agent's typing is to be seen; undefined when they see no such conversation, or the company has no such agent any more. */
export async function typingPlace(sql: Sql, viewer: Viewer, conversationId: string): Promise<TypingPlace | undefined> {
  const [place] = await sql<TypingPlace>`
    select c.id as "conversationId", c.channel_id as "channelId", i.thread_external_id as "threadExternalId",
      a.name as "agentName"
    from conversations.conversations c
    join conversations.contact_identities i on i.company_id = c.company_id and i.id = c.identity_id
    join conversations.agents a
      on a.company_id = c.company_id and a.id = ${viewer.agentId}::uuid and a.deactivated_at is null
    where c.company_id = ${viewer.companyId} and c.id = ${conversationId} and ${visibleConversations(viewer)}`;
  return place;
}
