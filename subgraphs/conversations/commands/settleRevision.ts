import { LockMode } from '@mikro-orm/postgresql';
import type { EventOf } from '#platform/events/catalogue.ts';
import { Poison } from '#platform/events/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Conversation } from '../entities/conversation.ts';
import { Message, type MessageEntity } from '../entities/message.ts';
import { conversationFacts, messageFacts, type Transaction } from '../facts.ts';
import { rewordMessage, takeBack } from './changeMessage.ts';

type Revised = EventOf<SwitchboardCatalogue, 'channel.message.revised'>;

/**
 * What became of a change that an agent wanted of a message: made where the contact has it, so that it is made here too, or
 * refused. They come in the order in which they were wanted; one that was made counts also when another is wanted by now.
 *
 * @throws Poison for a message that is not there.
 */
export async function settleRevision(
  database: Database<SwitchboardCatalogue>,
  { companyId, data, occurredAt }: Pick<Revised, 'companyId' | 'data' | 'occurredAt'>,
): Promise<void> {
  await database.write(companyId, async (transaction) => {
    const { em, publish } = transaction;
    const { messageId, conversationId } = data;
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const conversation = await em.findOne(Conversation, { companyId, id: conversationId }, { lockMode });
    const message = await em.findOne(Message, { companyId, id: messageId, conversationId });
    if (!conversation || !message) throw Poison.because(`the company has no message ${messageId} that was changed`);
    const change = await apply(transaction, message, data, new Date(occurredAt));
    if (!change) return;
    publish({
      type: 'conversation.message.changed',
      actor: { kind: 'system' },
      data: {
        conversation: await conversationFacts(transaction, conversation),
        message: messageFacts(message),
        change,
      },
    });
  });
}

/** Undefined when there is nothing new in it. */
async function apply(
  transaction: Transaction,
  message: MessageEntity,
  { revisionId, kind, text, status, failure }: Revised['data'],
  at: Date,
): Promise<'EDITED' | 'REMOVED' | 'REVISION_REFUSED' | undefined> {
  const { revision } = message;
  const isLast = revision?.id === revisionId;
  if (isLast) {
    if (revision.status !== 'PENDING') return undefined;
    message.revision = { ...revision, status, failure };
  }
  if (status === 'REFUSED') return isLast ? 'REVISION_REFUSED' : undefined;
  if (message.deletedAt) return undefined;
  if (kind === 'DELETE') {
    await takeBack(transaction, message, at);
    return 'REMOVED';
  }
  if (message.editedAt && message.editedAt > at) return undefined;
  await rewordMessage(transaction, message, text);
  message.editedAt = at;
  return 'EDITED';
}
