import { v7 } from 'uuid';
import { Fragment } from '#platform/postgres/sql.ts';
import type { Platform } from '#schema/events/values.ts';
import { Conversation, type ConversationEntity } from '../entities/conversation.ts';
import type { Transaction } from '../facts.ts';
import { companySettings } from '../queries/companySettings.ts';
import type { ContactIdentity } from './contactIdentity.ts';

/**
 * Where a message belongs: to the conversation that goes on with this identity, or else to the last one that was resolved, which is
 * locked; null when there is none yet. Call it when the identity is locked: whoever had it may have written the same message.
 *
 * One statement: it runs for every message.
 *
 * @returns 'repeated' when the message is there.
 */
export async function lockConversation(
  { em, sql }: Transaction,
  companyId: string,
  identity: ContactIdentity,
  { channelId, externalId }: { readonly channelId: string; readonly externalId: string },
): Promise<ConversationEntity | null | 'repeated'> {
  const [{ isRepeated, ...row } = { isRepeated: false, id: null }] = await sql<{
    isRepeated: boolean;
    id: string | null;
  }>`
    with message as (
      select from conversations.messages
      where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${externalId}
    )
    select exists (select from message) as "isRepeated", latest.*
    from (select) one left join lateral (
      select ${columnsOf(em)} from conversations.conversations c
      where c.company_id = ${companyId} and c.contact_id = ${identity.contactId} and c.identity_id = ${identity.id}
        and not exists (select from message)
      order by c.status = 'RESOLVED', c.number desc
      limit 1
      for update
    ) latest on true`;
  if (isRepeated) return 'repeated';
  return row.id === null ? null : em.map(Conversation, row);
}

/** Not `*`: a prepared statement that gives one fails when the table has got another column since. */
function columnsOf(em: Transaction['em']): Fragment {
  const columns = em.getMetadata(Conversation).props.flatMap(({ fieldNames }) => fieldNames);
  return new Fragment([columns.map((column) => `c.${column}`).join(', ')], []);
}

/** Whether what comes at that time begins something new: only of what is resolved the company's window is asked for. */
export async function isOver(
  { sql }: Transaction,
  { companyId, resolvedAt }: ConversationEntity,
  at: Date,
  defaultMs: number,
): Promise<boolean> {
  if (resolvedAt === null) return false;
  const { reopenWithinSeconds } = await companySettings(sql, companyId);
  const withinMs = reopenWithinSeconds === null ? defaultMs : reopenWithinSeconds * 1_000;
  return at.getTime() - resolvedAt.getTime() > withinMs;
}

export async function openConversation(
  { em, sql }: Transaction,
  companyId: string,
  identity: ContactIdentity,
  {
    channelId,
    platform,
    at,
    withBot = false,
  }: {
    readonly channelId: string;
    readonly platform: Platform;
    readonly at: Date;
    /** The bot is who answers first. */
    readonly withBot?: boolean;
  },
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
    channelId,
    platform,
    status: withBot ? 'PENDING' : 'OPEN',
    priority: 'NORMAL',
    assigneeId: null,
    teamId: null,
    botEnabled: withBot,
    botFromOrdinal: 1,
    botDueAt: null,
    snoozedUntil: null,
    waitingSince: null,
    firstRepliedAt: null,
    touchedByAgent: false,
    openedAt: at,
    holderId: null,
    heldSince: null,
    resolvedAt: null,
    lastActivityAt: at,
    lastMessageId: null,
    messageCount: 0,
    inboundCount: 0,
    version: 1,
    createdAt: at,
  });
  // Before its message, which refers to it.
  await em.flush();
  return conversation;
}
