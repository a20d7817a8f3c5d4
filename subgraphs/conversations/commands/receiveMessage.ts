import { LockMode } from '@mikro-orm/postgresql';
import { v7 } from 'uuid';
import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Conversation, type ConversationEntity } from '../entities/conversation.ts';
import { Message } from '../entities/message.ts';
import { conversationFacts, messageFacts, type Transaction } from '../facts.ts';
import { countMessage } from '../rules/messages.ts';
import { applyStatus, type StatusChange } from '../rules/status.ts';
import { searchVector } from '../text/searchWords.ts';

type Received = EventOf<SwitchboardCatalogue, 'channel.message.received'>;

/**
 * Somebody wrote: contact, identity, conversation and message become true together, once, however often and in however many
 * processes the event comes.
 *
 * A conversation that waits or sleeps goes on. A resolved one is opened again when the contact writes within
 * `reopenWithinMs` of the resolution; after that a new one begins.
 */
export async function receiveMessage(
  database: Database<SwitchboardCatalogue>,
  { companyId, data }: Pick<Received, 'companyId' | 'data'>,
  { reopenWithinMs }: { readonly reopenWithinMs: number },
): Promise<'created' | 'repeated'> {
  return database.write(companyId, async (transaction) => {
    const { em, sql, publish } = transaction;
    // Holds the identity's row until the end: from here on nobody else handles a message of this contact.
    const identity = await upsertIdentity(transaction, companyId, data);
    const repeated = await sql`
      select from conversations.messages
      where company_id = ${companyId} and channel_id = ${data.channelId} and external_id = ${data.externalMessageId}`;
    if (repeated.length > 0) return 'repeated';

    const now = new Date();
    // A platform's clock that is ahead would keep the conversation on top of the list.
    const createdAt = new Date(Math.min(Date.parse(data.sentAt), now.getTime()));
    const found = await lockLatest(transaction, companyId, identity);
    let conversation = found;
    let change: StatusChange | undefined;
    if (!conversation || isOver(conversation, createdAt, reopenWithinMs)) {
      conversation = await openConversation(transaction, companyId, identity, data, createdAt);
    } else if (wakesUp(conversation)) {
      change = applyStatus(conversation, 'OPEN', { at: now });
    }

    conversation.inboundCount += 1;
    conversation.waitingSince ??= createdAt;
    const message = em.create(Message, {
      companyId,
      id: v7(),
      conversationId: conversation.id,
      channelId: data.channelId,
      direction: 'INBOUND',
      authorKind: 'CONTACT',
      authorId: identity.contactId,
      isPrivate: false,
      text: data.text,
      attachments: data.attachments,
      replyToId: await repliedTo(transaction, companyId, data),
      status: 'RECEIVED',
      failure: null,
      externalId: data.externalMessageId,
      inboundOrdinal: conversation.inboundCount,
      idempotencyKey: null,
      search: searchVector(companyId, data.text),
      createdAt,
      editedAt: null,
      deletedAt: null,
    });
    countMessage(conversation, message);

    const actor = { kind: 'contact', id: identity.contactId } as const;
    const facts = await conversationFacts(transaction, conversation);
    if (conversation !== found) publish({ type: 'conversation.opened', actor, data: { conversation: facts } });
    if (change) publish({ type: 'conversation.status.changed', actor, data: { conversation: facts, ...change } });
    publish({
      type: 'conversation.message.created',
      actor,
      data: { conversation: facts, message: messageFacts(message), delivery: null, firstResponseSeconds: null },
    });
    return 'created';
  });
}

interface Identity {
  readonly id: string;
  readonly contactId: string;
}

/** One statement, so that a contact without identity, or the other way round, cannot be. */
async function upsertIdentity({ sql }: Transaction, companyId: string, data: Received['data']): Promise<Identity> {
  const { contact } = data;
  const newContactId = v7();
  const words = searchVector(companyId, contact.name);
  const [identity] = await sql<Identity>`
    with identity as (
      insert into conversations.contact_identities as i
        (company_id, id, contact_id, channel_id, platform, external_id, thread_external_id,
         display_name, username, language_code)
      values (${companyId}, ${v7()}, ${newContactId}, ${data.channelId}, ${data.platform}, ${contact.externalId},
        ${data.threadExternalId}, ${contact.name}, ${contact.username}, ${contact.languageCode})
      on conflict (company_id, channel_id, external_id) do update set
        thread_external_id = excluded.thread_external_id,
        display_name = coalesce(excluded.display_name, i.display_name),
        username = coalesce(excluded.username, i.username),
        language_code = coalesce(excluded.language_code, i.language_code)
      returning id, contact_id
    ), added as (
      insert into conversations.contacts (company_id, id, name, search)
      select ${companyId}, contact_id, ${contact.name}, array_to_tsvector(${words}::text[])
      from identity where contact_id = ${newContactId}
    ), named as (
      update conversations.contacts c set name = ${contact.name}, search = array_to_tsvector(${words}::text[])
      from identity i
      where c.company_id = ${companyId} and c.id = i.contact_id and c.name is null and ${contact.name}::text is not null
    )
    select id, contact_id as "contactId" from identity`;
  if (!identity) throw new Error('an upsert returned no row');
  return identity;
}

/** The conversation that goes on with this identity, or else the last one that was resolved. */
async function lockLatest(
  { em }: Transaction,
  companyId: string,
  identity: Identity,
): Promise<ConversationEntity | null> {
  const of = { companyId, contactId: identity.contactId, identityId: identity.id };
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  const active = await em.findOne(Conversation, { ...of, status: { $ne: 'RESOLVED' } }, { lockMode });
  return active ?? (await em.findOne(Conversation, of, { lockMode, orderBy: { number: 'desc' } }));
}

function isOver({ resolvedAt }: ConversationEntity, at: Date, reopenWithinMs: number): boolean {
  return resolvedAt !== null && at.getTime() - resolvedAt.getTime() > reopenWithinMs;
}

/** PENDING without a bot has nobody who would answer. */
function wakesUp({ status, botEnabled }: ConversationEntity): boolean {
  return status !== 'OPEN' && !(status === 'PENDING' && botEnabled);
}

async function openConversation(
  { em, sql }: Transaction,
  companyId: string,
  identity: Identity,
  data: Received['data'],
  at: Date,
): Promise<ConversationEntity> {
  const [counter] = await sql<{ number: number }>`
    insert into conversations.company_counters as k (company_id, last_number) values (${companyId}, 1)
    on conflict (company_id) do update set last_number = k.last_number + 1
    returning last_number as number`;
  if (!counter) throw new Error('an upsert returned no row');
  const conversation = em.create(Conversation, {
    companyId,
    id: v7(),
    number: counter.number,
    contactId: identity.contactId,
    identityId: identity.id,
    channelId: data.channelId,
    platform: data.platform,
    status: 'OPEN',
    priority: 'NORMAL',
    assigneeId: null,
    teamId: null,
    botEnabled: false,
    snoozedUntil: null,
    waitingSince: at,
    firstRepliedAt: null,
    touchedByAgent: false,
    openedAt: at,
    resolvedAt: null,
    lastActivityAt: at,
    lastMessageId: null,
    messageCount: 0,
    inboundCount: 0,
    createdAt: at,
  });
  // Before its message, which refers to it.
  await em.flush();
  return conversation;
}

async function repliedTo({ sql }: Transaction, companyId: string, data: Received['data']): Promise<string | null> {
  if (data.replyToExternalId === null) return null;
  const [message] = await sql<{ id: string }>`
    select id from conversations.messages
    where company_id = ${companyId} and channel_id = ${data.channelId} and external_id = ${data.replyToExternalId}`;
  return message?.id ?? null;
}
