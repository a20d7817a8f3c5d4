import type { WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts, MessageFacts } from '#schema/events/conversations.ts';
import type { ConversationEntity } from './entities/conversation.ts';
import type { MessageEntity } from './entities/message.ts';

export type Transaction = WriteTransaction<SwitchboardCatalogue>;

/** The conversation as it stands now, for an event: call it after the last change. */
export async function conversationFacts(
  { sql }: Transaction,
  conversation: ConversationEntity,
): Promise<ConversationFacts> {
  const labels = await sql<{ id: string }>`
    select label_id as id from conversations.conversation_labels
    where company_id = ${conversation.companyId} and conversation_id = ${conversation.id}
    order by label_id`;
  return {
    id: conversation.id,
    number: conversation.number,
    channelId: conversation.channelId,
    platform: conversation.platform,
    contactId: conversation.contactId,
    status: conversation.status,
    priority: conversation.priority,
    assigneeId: conversation.assigneeId,
    teamId: conversation.teamId,
    labelIds: labels.map(({ id }) => id),
    threadExternalId: null,
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
