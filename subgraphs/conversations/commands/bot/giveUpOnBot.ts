import { LockMode } from '@mikro-orm/postgresql';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Conversation, type ConversationEntity } from '../../entities/conversation.ts';
import type { Transaction } from '../../facts.ts';
import { botTurns } from '../../queries/botTurns.ts';
import { systemActor } from '../../rules/systemRule.ts';
import { handOver } from './handOver.ts';

const MOST_QUOTED = 3;
const LONGEST_QUOTE = 500;

/**
 * Leaves a conversation to people because the bot has not answered in time, whatever has become of it. The contact is told nothing:
 * somebody answers them now. What the bot says later is not said any more.
 *
 * @returns Whether it was; false: somebody else has it in hand, or nobody waits for the bot any more.
 */
export async function giveUpOnBot(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  id: string,
): Promise<boolean> {
  return database.write(companyId, async (transaction) => {
    // Who holds it may be saying what the bot has found: it is looked at again a moment later.
    const lockMode = LockMode.PESSIMISTIC_PARTIAL_WRITE;
    const conversation = await transaction.em.findOne(Conversation, { companyId, id }, { lockMode });
    const at = new Date();
    if (conversation?.status !== 'PENDING' || !conversation.botEnabled) return false;
    if (conversation.botDueAt === null || conversation.botDueAt > at) return false;
    const summary = await summaryOf(transaction, conversation);
    const actor = systemActor('BOT_AWAY');
    await handOver(transaction, conversation, { reason: 'BOT_AWAY', actor, summary, said: null, at });
    return true;
  });
}

/** What an agent has to know who takes over. */
async function summaryOf({ sql }: Transaction, conversation: ConversationEntity): Promise<string> {
  const turns = await botTurns(sql, conversation, MOST_QUOTED);
  const wanted = turns
    .filter(({ author, text }) => author === 'CONTACT' && text?.trim())
    .map(({ text }) => `“${shortened(text ?? '')}”`);
  return [
    'The bot handed over because it did not answer in time.',
    wanted.length === 0 ? 'The contact wrote no words.' : `The contact wants: ${wanted.join(', ')}`,
  ].join('\n');
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1).toWellFormed()}…`;
}
