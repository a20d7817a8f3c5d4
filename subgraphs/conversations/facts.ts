import { fragment, type Fragment } from '#platform/postgres/sql.ts';
import type { WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts, MessageFacts } from '#schema/events/conversations.ts';
import type { ConversationEntity } from './entities/conversation.ts';
import type { MessageEntity } from './entities/message.ts';

export type Transaction = WriteTransaction<SwitchboardCatalogue>;

/** What events tell of a conversation that does not stand in its row. */
export interface Around {
  /** The one that the contact wrote from last: a person may move to another thread of the same channel. */
  readonly threadExternalId: string;
  readonly labelIds: string[];
}

/** The statement that reads it, of each in their order; ask it when the conversations are locked. */
export function factsAround(
  companyId: string,
  conversations: readonly Pick<ConversationEntity, 'id' | 'identityId'>[],
): Fragment {
  const ids = conversations.map(({ id }) => id);
  const identityIds = conversations.map(({ identityId }) => identityId);
  return fragment`
    select i.thread_external_id as "threadExternalId", array(
      select cl.label_id::text from conversations.conversation_labels cl
      join conversations.labels l on l.company_id = cl.company_id and l.id = cl.label_id and l.deleted_at is null
      where cl.company_id = ${companyId} and cl.conversation_id = asked.id
      order by cl.label_id
    ) as "labelIds"
    from unnest(${ids}::uuid[], ${identityIds}::uuid[]) with ordinality as asked (id, identity_id, position)
    join conversations.contact_identities i on i.company_id = ${companyId} and i.id = asked.identity_id
    order by asked.position`;
}

/**
 * The conversation as it stands now, for an event: call it after the last change.
 *
 * @param known What is around it, for who has read that already.
 */
export async function conversationFacts(
  { sql }: Transaction,
  conversation: ConversationEntity,
  known?: Around,
): Promise<ConversationFacts & { readonly threadExternalId: string }> {
  const { companyId, id } = conversation;
  const around = known ?? (await sql<Around>`${factsAround(companyId, [conversation])}`)[0];
  if (!around) throw new Error(`conversation ${id} has lost its contact's identity`);
  return {
    id,
    number: conversation.number,
    channelId: conversation.channelId,
    platform: conversation.platform,
    contactId: conversation.contactId,
    status: conversation.status,
    priority: conversation.priority,
    assigneeId: conversation.assigneeId,
    teamId: conversation.teamId,
    labelIds: around.labelIds,
    threadExternalId: around.threadExternalId,
    openedAt: conversation.openedAt.toISOString(),
    lastActivityAt: conversation.lastActivityAt.toISOString(),
  };
}

export function messageFacts(message: MessageEntity): MessageFacts {
  return {
    id: message.id,
    direction: message.direction,
    authorKind: message.authorKind,
    authorId: message.authorId,
    isPrivate: message.isPrivate,
    text: message.text,
    attachments: [...message.attachments],
    status: message.status,
    createdAt: message.createdAt.toISOString(),
  };
}
