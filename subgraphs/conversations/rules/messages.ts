import type { ConversationEntity } from '../entities/conversation.ts';
import type { MessageEntity } from '../entities/message.ts';
import { secondsBetween } from './status.ts';

type Counted = Pick<ConversationEntity, 'messageCount' | 'lastActivityAt' | 'lastMessageId'>;

/** The list row after a message. One that comes late, with an older time, is counted but is not the last. */
export function countMessage(conversation: Counted, message: Pick<MessageEntity, 'id' | 'createdAt'>): void {
  conversation.messageCount += 1;
  const distance = message.createdAt.getTime() - conversation.lastActivityAt.getTime();
  if (
    conversation.lastMessageId === null ||
    distance > 0 ||
    (distance === 0 && message.id > conversation.lastMessageId)
  ) {
    conversation.lastMessageId = message.id;
    conversation.lastActivityAt = message.createdAt;
  }
}

/** An answer to somebody who waited. */
export interface Answer {
  /** Since the opening. */
  readonly isFirst: boolean;
  readonly since: Date;
  readonly at: Date;
  readonly seconds: number;
}

/**
 * The company wrote to the contact, an agent here or somebody past this inbox: nobody waits any more.
 *
 * @returns How long the contact waited; null when they did not.
 */
export function countAnswer(
  conversation: Pick<ConversationEntity, 'waitingSince' | 'firstRepliedAt' | 'touchedByAgent'>,
  at: Date,
): Answer | null {
  conversation.touchedByAgent = true;
  return countBotAnswer(conversation, at);
}

/** The same of a bot's answer, which nobody of the company has touched. */
export function countBotAnswer(
  conversation: Pick<ConversationEntity, 'waitingSince' | 'firstRepliedAt'>,
  at: Date,
): Answer | null {
  const { waitingSince } = conversation;
  conversation.waitingSince = null;
  if (!waitingSince) return null;
  const isFirst = conversation.firstRepliedAt === null;
  if (isFirst) conversation.firstRepliedAt = at;
  return { isFirst, since: waitingSince, at, seconds: secondsBetween(waitingSince, at) };
}

/** When it was written, by the platform's clock; one that is ahead would keep the conversation on top of the list. */
export function writtenAt(instant: string, now: Date): Date {
  return new Date(Math.min(Date.parse(instant), now.getTime()));
}
