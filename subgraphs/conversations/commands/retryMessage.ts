import type { UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Message, type MessageEntity } from '../entities/message.ts';
import { conversationFacts, messageFacts } from '../facts.ts';
import { isId } from '../ids.ts';
import {
  lockConversation,
  refuse,
  refuseIfSuperseded,
  writeAsCaller,
  type CallerTransaction,
  type Outcome,
} from './asAgent.ts';
import { conversationOfMessage } from './findMessage.ts';
import { refuseUnreachable } from './refuseUnreachable.ts';

const field = 'messageId';

/** A message that failed is sent once more. One that is on its way already stays so: pressing twice sends once. */
export async function retryMessage(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly messageId: string },
): Promise<Outcome<{ messageId: string }>> {
  return writeAsCaller(database, identity, 'messages:send', (transaction) => retry(transaction, input.messageId));
}

async function retry(transaction: CallerTransaction, id: string): Promise<Outcome<{ messageId: string }>> {
  const { em, publish, companyId, actor } = transaction;
  const conversationId = isId(id) ? await conversationOfMessage(transaction, companyId, id) : undefined;
  const conversation = conversationId === undefined ? null : await lockConversation(transaction, conversationId);
  const message = conversation && (await em.findOne(Message, { companyId, id }));
  if (!message) return refuse('NOT_FOUND', 'There is no such message.', field);
  if (message.status === 'QUEUED') return { messageId: message.id };
  if (message.deletedAt) return refuse('DELETED', 'The message was deleted: write another one.', field);
  const refusal =
    refuseUnlessRetryable(message) ??
    (await refuseIfSuperseded(transaction, conversation, field)) ??
    (await refuseUnreachable(transaction, conversation, { at: new Date(), field }));
  if (refusal) return refusal;

  message.status = 'QUEUED';
  message.failure = null;
  const facts = await conversationFacts(transaction, conversation);
  const { threadExternalId } = facts;
  const { replyToId } = message;
  const repliedTo = replyToId === null ? null : await em.findOne(Message, { companyId, id: replyToId });
  publish({
    type: 'conversation.message.retried',
    actor,
    data: {
      conversation: facts,
      message: messageFacts(message),
      // What was deleted meanwhile cannot be quoted any more, and is no reason not to send.
      delivery: { threadExternalId, replyToExternalId: repliedTo?.deletedAt ? null : (repliedTo?.externalId ?? null) },
    },
  });
  return { messageId: message.id };
}

function refuseUnlessRetryable({
  status,
  failure,
}: MessageEntity): { readonly userErrors: readonly UserError[] } | undefined {
  if (status !== 'FAILED') return refuse('NOT_FAILED', `Only what failed can be sent again; this is ${status}.`, field);
  if (failure?.retryable) return undefined;
  const why = failure?.message ?? 'it is not known why it failed.';
  return refuse('NOT_RETRYABLE', `Sending it again would fail again: ${why}`, field);
}
