import type { MessageEntity } from '../entities/message.ts';
import { partnerId } from '../ids.ts';
import type { CallerTransaction } from './asAgent.ts';

/** Whom a message names as its author. */
export function authorOf({
  companyId,
  agentId,
  actor,
}: Pick<CallerTransaction, 'companyId' | 'agentId' | 'actor'>): Pick<
  MessageEntity,
  'authorKind' | 'authorId' | 'senderName'
> {
  if (agentId !== null) return { authorKind: 'AGENT', authorId: agentId, senderName: null };
  return { authorKind: 'PARTNER', authorId: partnerId(companyId, actor.id), senderName: actor.id };
}
