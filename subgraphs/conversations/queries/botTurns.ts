import type { Sql } from '#platform/postgres/sql.ts';
import type { ConversationEntity } from '../entities/conversation.ts';

export interface BotTurn {
  /** Of the message. */
  readonly id: string;
  readonly author: 'CONTACT' | 'BOT' | 'COMPANY';
  readonly text: string | null;
  /** How many messages the contact had written by then. */
  readonly ordinal: number;
}

/**
 * What the contact and the company said to each other since the bot has the conversation: the newest, oldest first. In the order in
 * which they came here: by the platforms' clocks an answer can seem older than its question.
 */
export async function botTurns(
  sql: Sql,
  { companyId, id, botFromOrdinal }: ConversationEntity,
  most: number,
): Promise<BotTurn[]> {
  const newest = await sql<BotTurn>`
    select id, text, inbound_ordinal as ordinal,
      case author_kind when 'CONTACT' then 'CONTACT' when 'BOT' then 'BOT' else 'COMPANY' end as author
    from conversations.messages
    where company_id = ${companyId} and conversation_id = ${id} and not is_private and deleted_at is null
      and inbound_ordinal >= ${botFromOrdinal}
    order by created_at desc, id desc limit ${most}`;
  return newest.toReversed().toSorted((a, b) => a.ordinal - b.ordinal || rank(a) - rank(b));
}

function rank({ author }: BotTurn): number {
  return author === 'CONTACT' ? 0 : 1;
}

export interface RecentTurn {
  readonly conversationId: string;
  readonly author: BotTurn['author'];
  readonly text: string;
}

/** What was said last in conversations that the viewer may see, in words; oldest first. */
export function recentTurns(
  sql: Sql,
  companyId: string,
  conversationIds: readonly string[],
  most: number,
): Promise<RecentTurn[]> {
  return sql<RecentTurn>`
    select m.conversation_id as "conversationId", m.text,
      case m.author_kind when 'CONTACT' then 'CONTACT' when 'BOT' then 'BOT' else 'COMPANY' end as author
    from unnest(${conversationIds}::uuid[]) as conversation (id)
    cross join lateral (
      select conversation_id, author_kind, text, inbound_ordinal, created_at from conversations.messages
      where company_id = ${companyId} and conversation_id = conversation.id and not is_private and deleted_at is null
        and text is not null
      order by created_at desc, id desc limit ${most}
    ) m
    order by m.inbound_ordinal, m.author_kind <> 'CONTACT', m.created_at`;
}
