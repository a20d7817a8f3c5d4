import { v7 } from 'uuid';
import { Fragment } from '#platform/postgres/sql.ts';
import type { Platform } from '#schema/events/values.ts';
import { Conversation, type ConversationEntity } from '../entities/conversation.ts';
import type { Transaction } from '../facts.ts';
import { botSettings, type BotSettings } from '../queries/botSettings.ts';
import { companySettings } from '../queries/companySettings.ts';
import { settleHolding } from '../rules/holding.ts';
import type { ContactIdentity } from './contactIdentity.ts';

/** A conversation's row as it was locked, for {@link conversationIn}. */
export type ConversationRow = Readonly<Record<string, unknown>>;

/** Which message came, and of whom. */
export interface MessageOf {
  readonly companyId: string;
  readonly identity: ContactIdentity;
  readonly channelId: string;
  readonly externalMessageId: string;
}

/**
 * Where messages of a company belong: each to the conversation that goes on with its identity, or else to the last one that was
 * resolved, which is locked; null when there is none yet, 'repeated' when the message is there. Call it when the identities are locked:
 * whoever had one may have written the same message.
 *
 * One statement: it runs for every message.
 */
export async function lockConversations(
  { em, sql }: Transaction,
  messages: readonly MessageOf[],
): Promise<(ConversationRow | null | 'repeated')[]> {
  const companyId = messages[0]?.companyId;
  const asked = messages.map(({ identity, channelId, externalMessageId }, ordinal) => ({
    ordinal,
    identity_id: identity.id,
    contact_id: identity.contactId,
    channel_id: channelId,
    external_id: externalMessageId,
  }));
  const found = await sql<{ isRepeated: boolean; id: string | null }>`
    with asked as (
      select a.*, m.is_there is not null as is_repeated
      from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as a (
        ordinal integer, identity_id uuid, contact_id uuid, channel_id uuid, external_id text
      )
      -- With a limit it is looked up for each; a plan that is kept could else read all messages once, as it did when there were few.
      left join lateral (
        select true as is_there from conversations.messages m
        where m.company_id = ${companyId} and m.channel_id = a.channel_id and m.external_id = a.external_id
        limit 1
      ) m on true
    )
    select asked.is_repeated as "isRepeated", latest.*
    from asked left join lateral (
      select ${columnsOf(em)} from conversations.conversations c
      where c.company_id = ${companyId} and c.contact_id = asked.contact_id and c.identity_id = asked.identity_id
        and not asked.is_repeated
      order by c.status = 'RESOLVED', c.number desc
      limit 1
      for update
    ) latest on true
    order by asked.ordinal`;
  if (found.length !== messages.length) throw new Error('a message has no row');
  return found.map(({ isRepeated, ...row }) => (isRepeated ? 'repeated' : row.id === null ? null : row));
}

/** A row that this transaction has locked, as what can be changed and is written at its end. */
export function conversationIn({ em }: Transaction, row: ConversationRow): ConversationEntity {
  return em.map(Conversation, row);
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

/** What a conversation that begins has from its company. */
export interface Opening {
  /** The next one, which nobody else gets. */
  readonly number: number;
  readonly bot: BotSettings;
}

/** For so many conversations that this transaction begins. */
export async function takeOpenings({ sql }: Transaction, companyId: string, count: number): Promise<Opening[]> {
  if (count === 0) return [];
  const [counter] = await sql<{ last: number }>`
    insert into conversations.company_counters as k (company_id, last_number) values (${companyId}, ${count}::integer)
    on conflict (company_id) do update set last_number = k.last_number + excluded.last_number
    returning last_number as last`;
  if (!counter) throw new Error('an upsert returned no row');
  const bot = await botSettings(sql, companyId);
  return Array.from({ length: count }, (_, index) => ({ number: counter.last - count + 1 + index, bot }));
}

/** It is written before its message, which refers to it, together with others that begin. */
export function openConversation(
  { em }: Transaction,
  companyId: string,
  identity: ContactIdentity,
  {
    number,
    channelId,
    platform,
    at,
    withBot = false,
  }: {
    readonly number: number;
    readonly channelId: string;
    readonly platform: Platform;
    readonly at: Date;
    /** The bot is who answers first. */
    readonly withBot?: boolean;
  },
): ConversationEntity {
  const conversation = em.create(Conversation, {
    companyId,
    id: v7(),
    number,
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
  settleHolding(conversation, new Date());
  return conversation;
}
