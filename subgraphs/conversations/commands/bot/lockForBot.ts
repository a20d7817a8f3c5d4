import { LockMode } from '@mikro-orm/postgresql';
import { Conversation, type ConversationEntity } from '../../entities/conversation.ts';
import { Message } from '../../entities/message.ts';
import type { Transaction } from '../../facts.ts';

/** What the bot was asked, and what it answers with. */
export interface BotAnswer {
  readonly answerId: string;
  readonly conversationId: string;
  readonly ordinal: number;
}

/**
 * The conversation, held, if the bot may still say something in it: the contact waits for the answer to what the bot was asked
 * and has written nothing since, nobody has answered or taken it over. Asked here,
 * at the moment of sending: an answer takes its time, and people do not wait for bots.
 */
export async function lockForBot(
  { em }: Transaction,
  companyId: string,
  { answerId, conversationId, ordinal }: BotAnswer,
): Promise<ConversationEntity | null> {
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  const conversation = await em.findOne(Conversation, { companyId, id: conversationId }, { lockMode });
  if (conversation?.status !== 'PENDING' || !conversation.botEnabled) return null;
  if (conversation.inboundCount !== ordinal || ordinal < conversation.botFromOrdinal) return null;
  const answered = await em.findOne(Message, {
    companyId,
    conversationId,
    isPrivate: false,
    $or: [
      { id: answerId },
      // The bot as well: it may have been asked twice, because it was given the conversation again.
      { authorKind: { $in: ['AGENT', 'PARTNER', 'CHANNEL', 'BOT'] }, inboundOrdinal: { $gte: ordinal } },
    ],
  });
  return answered ? null : conversation;
}
