import { LockMode } from '@mikro-orm/postgresql';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Conversation } from '../entities/conversation.ts';
import { systemActor } from '../rules/systemRule.ts';
import { openAgain } from './lifecycle/openAgain.ts';
import { tellChanges } from './tellChanges.ts';

/** Opens a conversation whose snooze has ended. False: somebody else has it in hand, or there is nothing to do any more. */
export async function wakeConversation(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  id: string,
): Promise<boolean> {
  return database.write(companyId, async (transaction) => {
    const lockMode = LockMode.PESSIMISTIC_PARTIAL_WRITE;
    const conversation = await transaction.em.findOne(Conversation, { companyId, id }, { lockMode });
    const now = new Date();
    if (!conversation?.snoozedUntil || conversation.snoozedUntil > now) return false;
    const changes = await openAgain(transaction, conversation, { at: now });
    await tellChanges(transaction, { actor: systemActor('SNOOZE_ENDED'), conversation, changes });
    return true;
  });
}
