import { fragment } from '#platform/postgres/sql.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { MessageEntity } from '../entities/message.ts';
import { factsAround, type Around, type Transaction } from '../facts.ts';
import { enteringOf, type Entering } from './tellChanges.ts';

/** What every message changes in its conversation, with the columns that `storeMessages` writes. */
const counted = ['waitingSince', 'lastActivityAt', 'lastMessageId', 'messageCount', 'inboundCount'] as const;

export interface Stored extends Entering {
  readonly conversation: ConversationEntity;
  readonly message: MessageEntity;
  /** The conversation begins with it, and is written with what it counts. */
  readonly isNew: boolean;
}

/**
 * What a message counts in its conversation is left to `storeMessages`: MikroORM would write it too.
 *
 * @returns Whether the conversation is new, and so has nothing to be left.
 */
export function leaveCounts(em: Transaction['em'], conversation: ConversationEntity): boolean {
  const known = em.getUnitOfWork().getOriginalEntityData(conversation);
  if (!known) return true;
  const now = em.getComparator().prepareEntity(conversation);
  for (const name of counted) Object.assign(known, { [name]: now[name] });
  return false;
}

/**
 * Writes messages of different conversations that came by a channel, with what they count in their conversations and what they changed there, and reads what
 * events tell of those besides their rows: in one statement, as it runs for every message. What else has changed in the conversations is written
 * as always.
 */
export async function storeMessages({ sql }: Transaction, all: readonly Stored[]): Promise<Around[]> {
  const [first] = all;
  if (!first) return [];
  const { companyId } = first.message;
  const entered = all.some(({ entries }) => entries.length > 0)
    ? fragment`, entered as (${enteringOf(companyId, all)})`
    : fragment``;
  const conversations = all.map(({ conversation }) => conversation);
  const grown = all.flatMap(({ conversation, isNew }) => (isNew ? [] : [conversation]));
  const of = <Name extends keyof ConversationEntity>(name: Name) => grown.map((one) => one[name]);
  const around = await sql<Around>`
    with stored as (
      insert into conversations.messages (
        company_id, id, conversation_id, channel_id, direction, author_kind, author_id, sender_name, is_private, text,
        attachments, reply_to_id, citations, payload, story, referral, status, external_id, inbound_ordinal, search, created_at, version
      )
      select
        ${companyId}, id, conversation_id, channel_id, direction, author_kind, author_id, sender_name, is_private, text,
        attachments, reply_to_id, citations, payload, story, referral, status, external_id, inbound_ordinal,
        array_to_tsvector(search), created_at, version
      from jsonb_to_recordset(${JSON.stringify(all.map(({ message }) => rowOf(message)))}::jsonb) as m (
        id uuid, conversation_id uuid, channel_id uuid, direction text, author_kind text, author_id uuid, sender_name text,
        is_private boolean, text text, attachments jsonb, reply_to_id uuid, citations jsonb, payload text, story jsonb,
        referral jsonb, status text, external_id text, inbound_ordinal integer, search text[], created_at timestamptz, version integer
      )
    ), counted as (
      update conversations.conversations c set
        waiting_since = n.waiting_since, last_activity_at = n.last_activity_at, last_message_id = n.last_message_id,
        message_count = n.message_count, inbound_count = n.inbound_count
      from unnest(
        ${of('id')}::uuid[], ${of('waitingSince')}::timestamptz[], ${of('lastActivityAt')}::timestamptz[],
        ${of('lastMessageId')}::uuid[], ${of('messageCount')}::integer[], ${of('inboundCount')}::integer[]
      ) as n (id, waiting_since, last_activity_at, last_message_id, message_count, inbound_count)
      where c.company_id = ${companyId} and c.id = n.id
    )${entered}
    ${factsAround(companyId, conversations)}`;
  if (around.length !== all.length) throw new Error('a conversation has lost its contact’s identity');
  return around;
}

function rowOf(message: MessageEntity) {
  return {
    id: message.id,
    conversation_id: message.conversationId,
    channel_id: message.channelId,
    direction: message.direction,
    author_kind: message.authorKind,
    author_id: message.authorId,
    sender_name: message.senderName,
    is_private: message.isPrivate,
    text: message.text,
    attachments: message.attachments,
    reply_to_id: message.replyToId,
    citations: message.citations,
    payload: message.payload,
    story: message.story,
    referral: message.referral,
    status: message.status,
    external_id: message.externalId,
    inbound_ordinal: message.inboundOrdinal,
    search: message.search,
    created_at: message.createdAt,
    version: message.version,
  };
}
