import { LockMode } from '@mikro-orm/postgresql';
import type { EventOf } from '#platform/events/catalogue.ts';
import { Poison } from '#platform/events/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Conversation } from '../entities/conversation.ts';
import { Message } from '../entities/message.ts';
import { conversationFacts } from '../facts.ts';
import { advances } from '../rules/delivery.ts';

/** What became of a message that was sent. Reports that say nothing new change and tell nothing. */
export async function updateDelivery(
  database: Database<SwitchboardCatalogue>,
  { companyId, data }: Pick<EventOf<SwitchboardCatalogue, 'channel.delivery.updated'>, 'companyId' | 'data'>,
): Promise<void> {
  await database.write(companyId, async (transaction) => {
    const { em, publish } = transaction;
    const { conversationId, messageId, status, failure, externalMessageId } = data;
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const conversation = await em.findOne(Conversation, { companyId, id: conversationId }, { lockMode });
    const message = await em.findOne(Message, { companyId, id: messageId, conversationId });
    if (!conversation || !message) throw Poison.because(`the company has no message ${messageId} that was sent`);
    message.externalId ??= externalMessageId;
    if (!advances(message.status, status)) return;
    message.status = status;
    message.failure = failure;
    const facts = await conversationFacts(transaction, conversation);
    publish({
      type: 'conversation.message.updated',
      actor: { kind: 'system' },
      data: { conversation: facts, messageId, status, failure },
    });
  });
}
