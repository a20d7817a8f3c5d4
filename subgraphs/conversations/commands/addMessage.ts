import type { Actor } from '#platform/events/catalogue.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { MessageEntity } from '../entities/message.ts';
import { messageFacts, type Transaction } from '../facts.ts';
import type { Change } from '../rules/change.ts';
import { storeMessage } from './storeMessage.ts';
import { noResponse, type ResponseTimes } from './measure.ts';
import { notifyOfMessage } from './notify.ts';
import { enteringOf, entriesOf, tellChanges } from './tellChanges.ts';

/** Writes a message that came by a channel, and tells of it after what it did to its conversation. */
export async function addMessage(
  transaction: Transaction,
  told: {
    readonly actor: Actor;
    readonly conversation: ConversationEntity;
    readonly message: MessageEntity;
    /** That the conversation began with it, that it woke the conversation up. */
    readonly changes: readonly Change[];
    /** When it answers somebody who waited. */
    readonly response?: ResponseTimes;
    readonly muted?: boolean;
  },
): Promise<void> {
  const { actor, response = noResponse, muted } = told;
  const entries = entriesOf(told.changes);
  const entering = entries.length > 0 ? enteringOf(actor, told.conversation, entries) : null;
  const around = await storeMessage(transaction, told.conversation, told.message, entering);
  const conversation = await tellChanges(transaction, { ...told, stored: { around, entries } });
  if (!muted) await notifyOfMessage(transaction, told);
  const message = messageFacts(told.message);
  transaction.publish({
    type: 'conversation.message.created',
    actor,
    data: { conversation, message, delivery: null, ...response, muted },
  });
}
