import type { Actor } from '#platform/events/catalogue.ts';
import type { HandOverReason } from '#schema/events/bot.ts';
import type { ConversationEntity } from '../../entities/conversation.ts';
import type { Transaction } from '../../facts.ts';
import { openAgain } from '../lifecycle/openAgain.ts';
import { switchBot } from '../lifecycle/switchBot.ts';
import { settleAssignee } from '../settleAssignee.ts';
import { tellChanges } from '../tellChanges.ts';
import { botActor, botMessage, tellBotMessage } from './botMessage.ts';

/**
 * From the bot to people: the conversation is open and, with nobody, in its queue; the contact is told, and goes on waiting; the
 * agent finds a note of what it is about. The bot says nothing more, until the conversation is given to it again.
 */
export async function handOver(
  transaction: Transaction,
  conversation: ConversationEntity,
  {
    reason,
    actor = botActor(conversation.companyId),
    summary,
    said,
    unanswered = false,
    at,
  }: {
    readonly reason: HandOverReason;
    /** Who does it. @default the bot */
    readonly actor?: Actor;
    readonly summary: string;
    /** What the contact is told; null: nothing can be said to them. */
    readonly said: { readonly id: string; readonly text: string } | null;
    /** Whether it is over a question that the documents do not answer. @default false */
    readonly unanswered?: boolean;
    readonly at: Date;
  },
): Promise<void> {
  const note = await botMessage(transaction, conversation, { text: summary, isPrivate: true, at });
  // After the note, so that the list shows what was said.
  const message = said && (await botMessage(transaction, conversation, { ...said, at: new Date(at.getTime() + 1) }));
  const changes = [
    { kind: 'HANDED_OVER', reason } as const,
    ...switchBot(conversation, false),
    ...(await openAgain(transaction, conversation, { at })),
    ...(await settleAssignee(transaction, conversation, { reopened: false, at })),
  ];
  const facts = await tellChanges(transaction, { actor, conversation, changes });
  tellBotMessage(transaction, { conversation: facts, message: note });
  if (message) tellBotMessage(transaction, { conversation: facts, message });
  transaction.publish({
    type: 'conversation.handed_over',
    actor,
    data: { conversation: facts, reason, summary, messageId: message?.id ?? null, unanswered },
  });
}
