import type { Actor } from '#platform/events/catalogue.ts';
import { step, type Step } from '#platform/postgres/together.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { MessageEntity } from '../entities/message.ts';
import { messageFacts, type Transaction } from '../facts.ts';
import type { Change } from '../rules/change.ts';
import { noResponse, type ResponseTimes } from './measure.ts';
import { notifyOfMessage } from './notify.ts';
import { leaveCounts, storeMessages } from './storeMessages.ts';
import { entriesOf, tellChanges } from './tellChanges.ts';

/**
 * Writes a message that came by a channel, at once with those of other conversations, and tells of it after what it did to its conversation.
 *
 * @param goOn What is to be done then.
 */
export function addMessage<T>(
  { em }: Transaction,
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
  goOn: (transaction: Transaction) => Promise<T>,
): Step<SwitchboardCatalogue, T> {
  const { actor, response = noResponse, muted } = told;
  const entries = entriesOf(told.changes);
  const stored = { ...told, entries, isNew: leaveCounts(em, told.conversation) };
  return step(storeMessages, stored, async (transaction: Transaction, around) => {
    const conversation = await tellChanges(transaction, { ...told, stored: { around, entries } });
    if (!muted) await notifyOfMessage(transaction, told);
    const message = messageFacts(told.message);
    transaction.publish({
      type: 'conversation.message.created',
      actor,
      data: { conversation, message, delivery: null, ...response, muted },
    });
    return goOn(transaction);
  });
}
