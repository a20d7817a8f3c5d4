import { LockMode } from '@mikro-orm/postgresql';
import { v7 } from 'uuid';
import type { Platform } from '#schema/events/values.ts';
import { Conversation, type ConversationEntity } from '../entities/conversation.ts';
import type { Transaction } from '../facts.ts';
import { companySettings } from '../queries/companySettings.ts';
import type { ContactIdentity } from './contactIdentity.ts';

/** The conversation that goes on with this identity, or else the last one that was resolved. */
export async function lockLatest(
  { em }: Transaction,
  companyId: string,
  identity: ContactIdentity,
): Promise<ConversationEntity | null> {
  const of = { companyId, contactId: identity.contactId, identityId: identity.id };
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  const active = await em.findOne(Conversation, { ...of, status: { $ne: 'RESOLVED' } }, { lockMode });
  return active ?? (await em.findOne(Conversation, of, { lockMode, orderBy: { number: 'desc' } }));
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
