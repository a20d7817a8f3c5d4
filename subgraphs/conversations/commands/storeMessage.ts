import { fragment, type Fragment } from '#platform/postgres/sql.ts';
import type { MessageEntity } from '../entities/message.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import { factsAround, type Around, type Transaction } from '../facts.ts';

/** What every message changes in its conversation, with the columns that `storeMessage` writes. */
const counted = ['waitingSince', 'lastActivityAt', 'lastMessageId', 'messageCount', 'inboundCount'] as const;

/**
 * Writes a message that came by a channel with what it counts in its conversation and what it changed there, and reads what events tell of that besides the row: in
 * one statement, as it runs for every message. What else has changed in the conversation is written as always.
 */
export async function storeMessage(
  { em, sql }: Transaction,
  conversation: ConversationEntity,
  message: MessageEntity,
  entering: Fragment | null,
): Promise<Around> {
  const entered = entering ? fragment`, entered as (${entering})` : fragment``;
  const [around] = await sql<Around>`
    with stored as (
      insert into conversations.messages (
        company_id, id, conversation_id, channel_id, direction, author_kind, author_id, sender_name, is_private, text,
        attachments, reply_to_id, citations, payload, story, referral, status, external_id, inbound_ordinal, search, created_at, version
      ) values (
        ${message.companyId}, ${message.id}, ${message.conversationId}, ${message.channelId}, ${message.direction},
        ${message.authorKind}, ${message.authorId}, ${message.senderName}, ${message.isPrivate}, ${message.text},
        ${JSON.stringify(message.attachments)}::jsonb, ${message.replyToId}, ${JSON.stringify(message.citations)}::jsonb,
        ${message.payload}, ${jsonOf(message.story)}::jsonb, ${jsonOf(message.referral)}::jsonb, ${message.status},
        ${message.externalId}, ${message.inboundOrdinal}, array_to_tsvector(${message.search}::text[]),
        ${message.createdAt}::timestamptz, ${message.version}
      )
    ), counted as (
      update conversations.conversations set
        waiting_since = ${conversation.waitingSince}::timestamptz, last_activity_at = ${conversation.lastActivityAt}::timestamptz,
        last_message_id = ${conversation.lastMessageId}, message_count = ${conversation.messageCount},
        inbound_count = ${conversation.inboundCount}
      where company_id = ${conversation.companyId} and id = ${conversation.id}
    )${entered}
    ${factsAround(conversation)}`;
  if (!around) throw new Error(`conversation ${conversation.id} has lost its contact's identity`);
  const [known, now] = [
    em.getUnitOfWork().getOriginalEntityData(conversation),
    em.getComparator().prepareEntity(conversation),
  ];
  // MikroORM would write them again.
  if (known) for (const name of counted) Object.assign(known, { [name]: now[name] });
  return around;
}

function jsonOf(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
