import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { fileRefusal, mediumOn, typeByName } from '#schema/platformFiles.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import { Message, unsaid, type MessageEntity } from '../entities/message.ts';
import { messageFacts } from '../facts.ts';
import { isId } from '../ids.ts';
import { countAnswer, countMessage } from '../rules/messages.ts';
import type { Mention } from '../rows.ts';
import type { Change } from '../rules/change.ts';
import { searchVector } from '../text/searchWords.ts';
import { authorOf } from './authorOf.ts';
import { countUse } from './cannedResponses/countUse.ts';
import {
  conversationNotFound,
  lockConversation,
  refuse,
  refuseIfSuperseded,
  writeAsCaller,
  type CallerTransaction,
  type Outcome,
  type Refusal,
} from './asAgent.ts';
import { openAgain } from './lifecycle/openAgain.ts';
import { measureResponse, noResponse } from './measure.ts';
import { refuseUnknown, storeMentions } from './mentions.ts';
import { readContent, type Content, type SendMessageInput } from './messageContent.ts';
import { notify, notifyOfMessage } from './notify.ts';
import { refuseUnreachable } from './refuseUnreachable.ts';
import { clearDraft } from './saveDraft.ts';
import { keyReused, sentBefore } from './sentBefore.ts';
import { tellChanges } from './tellChanges.ts';

/**
 * The agent or the partner writes to the contact, or the agent a note that only agents see.
 *
 * An answer takes the conversation over: whatever its status, it is OPEN afterwards, since a bot must not talk beside a
 * person, a snooze has lost its reason, and an answer to something resolved expects another. A note changes no status and
 * answers nobody.
 *
 * What is known not to reach the contact is refused and not queued: see {@link refuseUnreachable}.
 *
 * The same idempotency key gives the same message, however often and however parallel it comes.
 */
export async function sendMessage(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: SendMessageInput,
): Promise<Outcome<{ messageId: string }>> {
  try {
    return await writeAsCaller(database, identity, 'messages:send', (transaction) => send(transaction, input));
  } catch (error) {
    // Within a conversation sends happen in turn and find each other; here the key was used in two at the same moment.
    if (error instanceof UniqueConstraintViolationException && isKeyTaken(error)) return keyReused();
    throw error;
  }
}

async function send(transaction: CallerTransaction, input: SendMessageInput): Promise<Outcome<{ messageId: string }>> {
  const content = readContent(input);
  if ('userErrors' in content) return content;
  if (content.isPrivate && transaction.agentId === null) {
    return refuse('INVALID', 'Notes are for agents, who alone see them: leave `isPrivate` out.', 'isPrivate');
  }
  const { publish, actor } = transaction;
  const conversation = await lockConversation(transaction, input.conversationId);
  if (!conversation) return conversationNotFound();

  const sent = await sentBefore(transaction, conversation, content);
  if (sent) return sent;

  const repliedTo = await findRepliedTo(transaction, conversation, content);
  if (content.replyToId !== null && !repliedTo) {
    return refuse('NOT_FOUND', 'The conversation has no such message to reply to.', 'replyToId');
  }
  const notQuotable = content.isPrivate || !repliedTo ? undefined : refuseToQuote(repliedTo);
  if (notQuotable) return notQuotable;
  const unknown = await refuseUnknown(transaction, content.mentions);
  if (unknown) return unknown;
  const { isPrivate } = content;
  const now = new Date();
  const refusal = isPrivate
    ? undefined
    : (refuseFiles(conversation, content) ??
      (await refuseIfSuperseded(transaction, conversation)) ??
      (await refuseUnreachable(transaction, conversation, { at: now, field: 'conversationId' })));
  if (refusal) return refusal;

  const message = createMessage(transaction, conversation, content, now);
  const changes: Change[] = [];
  let response = noResponse;
  if (!isPrivate) {
    if (conversation.status !== 'OPEN') changes.push(...(await openAgain(transaction, conversation, { at: now })));
    response = await measureResponse(transaction, conversation, countAnswer(conversation, now));
  }
  countMessage(conversation, message);

  if (transaction.agentId !== null) {
    const kind = isPrivate ? 'NOTE' : 'REPLY';
    await clearDraft(transaction, { conversationId: conversation.id, kind, revision: input.draftRevision ?? null });
    if (input.cannedResponseId != null) await countUse(transaction, input.cannedResponseId);
  }
  if (content.mentions.length > 0) await mention(transaction, conversation, message, content.mentions);
  const facts = await tellChanges(transaction, { actor, conversation, changes, message });
  await notifyOfMessage(transaction, { actor, conversation, message });
  const { threadExternalId } = facts;
  const delivery = isPrivate ? null : { threadExternalId, replyToExternalId: repliedTo?.externalId ?? null };
  publish({
    type: 'conversation.message.created',
    actor,
    data: { conversation: facts, message: messageFacts(message), delivery, ...response },
  });
  return { messageId: message.id };
}

/** What is known of a file says here whether the platform takes it; of the others it will say so itself. */
function refuseFiles({ platform }: ConversationEntity, { attachments }: Content): Refusal | undefined {
  for (const { kind, url, mimeType, size, fileKey } of attachments) {
    const file = { kind, size, mimeType: mimeType ?? typeByName(new URL(url ?? 'https://none').pathname) };
    if (mediumOn(platform, file) !== undefined) continue;
    return refuse('FILE_REFUSED', fileRefusal(platform, file), fileKey === null ? 'attachmentUrls' : 'uploadIds');
  }
  return undefined;
}

function isKeyTaken(error: UniqueConstraintViolationException): boolean {
  return 'constraint' in error && error.constraint === 'messages_idempotency';
}

/** Keeps who is meant, and tells them: a person who is mentioned as such, and by a team or two, once. */
async function mention(
  transaction: CallerTransaction,
  conversation: ConversationEntity,
  message: MessageEntity,
  mentions: readonly Mention[],
): Promise<void> {
  await transaction.em.flush();
  await storeMentions(transaction, message.id, mentions);
  await notify(transaction, {
    actor: transaction.actor,
    kind: 'MENTIONED',
    conversation,
    factId: message.id,
    message,
    agentIds: mentions.flatMap(({ agentId }) => agentId ?? []),
    teamIds: mentions.flatMap(({ teamId }) => teamId ?? []),
  });
}

function createMessage(
  transaction: CallerTransaction,
  conversation: ConversationEntity,
  content: Content,
  createdAt: Date,
): MessageEntity {
  const { em, companyId } = transaction;
  return em.create(Message, {
    ...unsaid,
    ...authorOf(transaction),
    companyId,
    id: v7(),
    conversationId: conversation.id,
    channelId: conversation.channelId,
    direction: 'OUTBOUND',
    isPrivate: content.isPrivate,
    text: content.text,
    attachments: content.attachments,
    replyToId: content.replyToId,
    // A note has nowhere to go.
    status: content.isPrivate ? 'SENT' : 'QUEUED',
    inboundOrdinal: conversation.inboundCount,
    idempotencyKey: content.idempotencyKey,
    search: searchVector(companyId, content.text),
    createdAt,
  });
}

/** What an answer quotes is shown to the contact again. A note may point to anything. */
function refuseToQuote({ isPrivate, deletedAt }: MessageEntity): Refusal | undefined {
  if (isPrivate) {
    return refuse(
      'INVALID',
      'An answer cannot quote a note, which the contact must not see: send a note.',
      'replyToId',
    );
  }
  if (deletedAt) {
    return refuse(
      'MESSAGE_DELETED',
      'The message was deleted, so nothing is left to quote: send it without.',
      'replyToId',
    );
  }
  return undefined;
}

async function findRepliedTo(
  { em, companyId }: CallerTransaction,
  conversation: ConversationEntity,
  { replyToId }: Content,
): Promise<MessageEntity | null> {
  if (replyToId === null || !isId(replyToId)) return null;
  return em.findOne(Message, { companyId, id: replyToId, conversationId: conversation.id });
}
