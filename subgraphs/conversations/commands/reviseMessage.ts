import { v7 } from 'uuid';
import { forbidden } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { roleMay } from '../access/permissions.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import { Message, type MessageEntity } from '../entities/message.ts';
import { conversationFacts, messageFacts } from '../facts.ts';
import { isId } from '../ids.ts';
import { placeOfRevision, type Revision } from '../rules/revision.ts';
import {
  lockConversation,
  refuse,
  writeAsAgent,
  type AgentTransaction,
  type Outcome,
  type Refusal,
} from './asAgent.ts';
import { rewordMessage, takeBack } from './changeMessage.ts';
import { conversationOfMessage } from './findMessage.ts';
import { MAX_TEXT } from './messageContent.ts';

export interface EditMessageInput {
  readonly messageId: string;
  readonly text: string;
  readonly expectedVersion?: number | null | undefined;
}

const field = 'messageId';

type Change = Pick<Revision, 'kind' | 'text'>;

/**
 * The agent wants a message to say something else: at once where nobody else has it, else as soon as the platform has
 * changed what the contact has.
 */
export async function editMessage(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: EditMessageInput,
): Promise<Outcome<{ messageId: string }>> {
  const text = storableText(input.text).trim();
  const change: Change = { kind: 'EDIT', text: text || null };
  return revise(database, identity, input.messageId, change, (message) => {
    const { expectedVersion } = input;
    if (message.deletedAt || (message.revision?.kind === 'DELETE' && message.revision.status === 'PENDING')) {
      return refuse('DELETED', 'The message was deleted: it cannot be changed any more.', field);
    }
    if (expectedVersion != null && expectedVersion !== message.version) {
      const now = `it has version ${message.version} now`;
      return refuse(
        'CONFLICT',
        `The message has changed since: ${now}. Look at it and decide again.`,
        'expectedVersion',
      );
    }
    if (text === '' && message.attachments.length === 0) {
      return refuse('INVALID', 'A message needs a text: delete it, if it is to say nothing.', 'text');
    }
    if (text.length > MAX_TEXT) {
      return refuse('INVALID', `A text has at most ${MAX_TEXT} characters, this one has ${text.length}.`, 'text');
    }
    return change.text === message.text && message.revision?.status !== 'PENDING' ? 'unchanged' : 'go on';
  });
}

/** The agent takes a message back: its row stays, and says nothing. */
export async function deleteMessage(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly messageId: string },
): Promise<Outcome<{ messageId: string }>> {
  return revise(database, identity, input.messageId, { kind: 'DELETE', text: null }, ({ deletedAt, revision }) =>
    deletedAt || (revision?.kind === 'DELETE' && revision.status === 'PENDING') ? 'unchanged' : 'go on',
  );
}

async function revise(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  id: string,
  change: Change,
  check: (message: MessageEntity) => Refusal | 'unchanged' | 'go on',
): Promise<Outcome<{ messageId: string }>> {
  return writeAsAgent(database, identity, 'conversations:answer', async (transaction) => {
    const { em, companyId } = transaction;
    const conversationId = isId(id) ? await conversationOfMessage(transaction, companyId, id) : undefined;
    const conversation = conversationId === undefined ? null : await lockConversation(transaction, conversationId);
    const message = conversation && (await em.findOne(Message, { companyId, id }));
    if (!message) return refuse('NOT_FOUND', 'There is no such message.', field);
    const now = new Date();
    const place = placeOfRevision(conversation.platform, message, change.kind, now);
    if (place.kind === 'nowhere') return refuse('NOT_SUPPORTED', place.why, field);
    assertMayRevise(transaction, message);
    const checked = check(message);
    if (checked === 'unchanged') return { messageId: message.id };
    if (checked !== 'go on') return checked;
    if (place.kind === 'here') await reviseHere(transaction, conversation, message, { change, at: now });
    else await askPlatform(transaction, conversation, message, { change, at: now });
    return { messageId: message.id };
  });
}

/** @throws GraphQLError `FORBIDDEN` */
function assertMayRevise({ agentId, role }: AgentTransaction, message: MessageEntity): void {
  if (message.authorKind === 'AGENT' && message.authorId === agentId) return;
  if (roleMay(role, 'messages:moderate')) return;
  throw forbidden('Only a supervisor or an admin changes what others wrote: ask one.');
}

async function reviseHere(
  transaction: AgentTransaction,
  conversation: ConversationEntity,
  message: MessageEntity,
  { change, at }: { readonly change: Change; readonly at: Date },
): Promise<void> {
  if (change.kind === 'DELETE') await takeBack(transaction, message, at);
  else {
    await rewordMessage(transaction, message, change.text);
    message.editedAt = at;
  }
  transaction.publish({
    type: 'conversation.message.changed',
    actor: transaction.actor,
    data: {
      conversation: await conversationFacts(transaction, conversation),
      message: messageFacts(message),
      change: change.kind === 'DELETE' ? 'REMOVED' : 'EDITED',
    },
  });
}

async function askPlatform(
  transaction: AgentTransaction,
  conversation: ConversationEntity,
  message: MessageEntity,
  { change, at }: { readonly change: Change; readonly at: Date },
): Promise<void> {
  const asked = { id: v7(), ...change, requestedAt: at.toISOString() };
  message.revision = { ...asked, status: 'PENDING', failure: null };
  const facts = await conversationFacts(transaction, conversation);
  const { threadExternalId } = facts;
  transaction.publish({
    type: 'conversation.message.revised',
    actor: transaction.actor,
    data: { conversation: facts, message: messageFacts(message), threadExternalId, revision: asked },
  });
}
