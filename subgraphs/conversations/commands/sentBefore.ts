import type { ConversationEntity } from '../entities/conversation.ts';
import { Message } from '../entities/message.ts';
import { mentionsOfMessages } from '../queries/mentions.ts';
import { refuse, type CallerTransaction, type Outcome } from './asAgent.ts';
import { authorOf } from './authorOf.ts';
import type { Content } from './messageContent.ts';

/**
 * What the caller has sent with this key already: the same message, or a refusal when it was another one. Undefined when the key
 * is new.
 */
export async function sentBefore(
  transaction: CallerTransaction,
  conversation: ConversationEntity,
  content: Content,
): Promise<Outcome<{ messageId: string }> | undefined> {
  const { em, sql, companyId } = transaction;
  const { idempotencyKey } = content;
  const { authorId } = authorOf(transaction);
  const sent = await em.findOne(Message, { companyId, authorId, idempotencyKey });
  if (!sent) return undefined;
  // Of what was changed since, nobody knows any more what it said.
  if (sent.version > 1 && sent.conversationId === conversation.id) return { messageId: sent.id };
  const mentions = sent.isPrivate ? await mentionsOfMessages(sql, companyId, [sent.id]) : [];
  const isSame =
    sent.conversationId === conversation.id &&
    sent.text === content.text &&
    sent.isPrivate === content.isPrivate &&
    sent.replyToId === content.replyToId &&
    areEqual(sent.attachments, content.attachments, ({ url, fileKey }) => fileKey ?? url) &&
    areEqual(mentions, content.mentions, (mention) => mention.agentId ?? mention.teamId);
  return isSame ? { messageId: sent.id } : keyReused();
}

export function keyReused() {
  return refuse(
    'IDEMPOTENCY_KEY_REUSED',
    'This key has sent another message: take a new key for a new message.',
    'idempotencyKey',
  );
}

function areEqual<T>(some: readonly T[], others: readonly T[], key: (one: T) => string | null): boolean {
  return JSON.stringify(some.map(key)) === JSON.stringify(others.map(key));
}
