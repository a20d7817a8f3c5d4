import { LockMode } from '@mikro-orm/postgresql';
import type { EventOf } from '#platform/events/catalogue.ts';
import { Poison } from '#platform/events/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Conversation } from '../entities/conversation.ts';
import { Message } from '../entities/message.ts';
import { conversationFacts } from '../facts.ts';
import { FactError } from '../errors.ts';
import { advances, isOutdated } from '../rules/delivery.ts';
import { conversationOfMessage } from './findMessage.ts';

type DeliveryUpdated = EventOf<SwitchboardCatalogue, 'channel.delivery.updated'>;

/**
 * What became of a message that was sent. Reports that say nothing new change and tell nothing.
 *
 * @throws Poison for a message of this inbox that is not there; FactError for one that was written past it, which is told
 *   on another way and may be on it.
 */
export async function updateDelivery(
  database: Database<SwitchboardCatalogue>,
  { companyId, data, occurredAt }: Pick<DeliveryUpdated, 'companyId' | 'data' | 'occurredAt'>,
): Promise<void> {
  await database.write(companyId, async (transaction) => {
    const { em, publish } = transaction;
    const { messageId, status, failure, externalMessageId } = data;
    const conversationId = data.conversationId ?? (await conversationOfMessage(transaction, companyId, messageId));
    if (conversationId === undefined) throw FactError.messageMissing(messageId);
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const conversation = await em.findOne(Conversation, { companyId, id: conversationId }, { lockMode });
    const message = await em.findOne(Message, { companyId, id: messageId, conversationId });
    if (!conversation || !message) throw Poison.because(`the company has no message ${messageId} that was sent`);
    message.externalId ??= externalMessageId;
    const at = new Date(occurredAt);
    if (!advances(message.status, status) || isOutdated(message, { status, at })) return;
    message.status = status;
    message.statusAt = at;
    message.failure = failure;
    const facts = await conversationFacts(transaction, conversation);
    publish({
      type: 'conversation.message.updated',
      actor: { kind: 'system' },
      data: { conversation: facts, messageId, status, failure },
    });
  });
}
