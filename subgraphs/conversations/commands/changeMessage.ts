import { LockMode } from '@mikro-orm/postgresql';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Conversation } from '../entities/conversation.ts';
import { Message, type MessageEntity } from '../entities/message.ts';
import { FactError } from '../errors.ts';
import { conversationFacts, messageFacts, type Transaction } from '../facts.ts';
import { searchVector } from '../text/searchWords.ts';
import { findByExternalId } from './findMessage.ts';

type Change = 'EDITED' | 'REMOVED' | 'REACTED' | 'ATTACHMENTS';

/**
 * Something else is told of a message that a platform has. What was taken back stays so: nothing changes it any more.
 *
 * @param apply Changes the message, and says whether that is news: only then it is told on.
 * @throws FactError when the channel has no such message (yet).
 */
export async function changeMessage(
  database: Database<SwitchboardCatalogue>,
  {
    companyId,
    data,
  }: {
    readonly companyId: string;
    readonly data: { readonly channelId: string; readonly externalMessageId: string };
  },
  change: Change,
  apply: (message: MessageEntity, transaction: Transaction) => boolean | Promise<boolean>,
): Promise<void> {
  await database.write(companyId, async (transaction) => {
    const { em, publish } = transaction;
    const { channelId, externalMessageId: externalId } = data;
    const found = await findByExternalId(transaction, companyId, { channelId, externalId });
    if (!found) throw FactError.messageMissing(externalId);
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const conversation = await em.findOneOrFail(Conversation, { companyId, id: found.conversationId }, { lockMode });
    const message = await em.findOneOrFail(Message, { companyId, id: found.id });
    if (message.deletedAt || !(await apply(message, transaction))) return;
    publish({
      type: 'conversation.message.changed',
      actor: { kind: 'system' },
      data: {
        conversation: await conversationFacts(transaction, conversation),
        message: messageFacts(message),
        change,
      },
    });
  });
}

/** That there was a message stays, what it said does not, and nobody finds it by its words. */
export async function takeBack(transaction: Transaction, message: MessageEntity, at: Date): Promise<void> {
  await rewordMessage(transaction, message, null);
  message.attachments = [];
  message.deletedAt = at;
}

/** Gives a message another text, and lets it be found by that one only. */
export async function rewordMessage({ sql }: Transaction, message: MessageEntity, text: string | null): Promise<void> {
  const { companyId, id } = message;
  message.text = text;
  message.version += 1;
  // Past the entity: after an update of a column with SQL of its own, MikroORM reads back what PostgreSQL prints of it.
  await sql`
    update conversations.messages set search = array_to_tsvector(${searchVector(companyId, text)}::text[])
    where company_id = ${companyId} and id = ${id}`;
}
