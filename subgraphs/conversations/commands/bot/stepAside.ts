import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { refuseUnreachable } from '../refuseUnreachable.ts';
import { handOver } from './handOver.ts';
import { lockForBot } from './lockForBot.ts';

type SteppedAside = EventOf<SwitchboardCatalogue, 'knowledge.bot.stepped_aside'>;

/** Leaves the conversation to people, as the bot wishes; or nothing, when it has gone on without the bot. */
export async function stepAside(
  database: Database<SwitchboardCatalogue>,
  { companyId, data }: Pick<SteppedAside, 'companyId' | 'data'>,
): Promise<'handedOver' | 'late'> {
  return database.write(companyId, async (transaction) => {
    const conversation = await lockForBot(transaction, companyId, data);
    if (!conversation) return 'late';
    const { answerId: id, reason, summary, text, unanswered } = data;
    const at = new Date();
    const caller = { ...transaction, companyId, agentId: null };
    const unreachable = await refuseUnreachable(caller, conversation, { at, field: 'conversationId' });
    const said = unreachable ? null : { id, text };
    await handOver(transaction, conversation, { reason, summary, said, unanswered, at });
    return 'handedOver';
  });
}
