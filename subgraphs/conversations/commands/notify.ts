import type { Actor } from '#platform/events/catalogue.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { MessageEntity } from '../entities/message.ts';
import type { Transaction } from '../facts.ts';
import { defaultKinds, type NotificationKind } from '../rules/notifications.ts';

export interface Notification {
  readonly actor: Actor;
  readonly kind: NotificationKind;
  readonly conversation: ConversationEntity;
  /** What it tells of: nobody is told twice of the same. */
  readonly factId: string;
  /** The note, or what was written. */
  readonly message: MessageEntity | null;
  readonly agentIds: readonly string[];
  /** All of whose members are to know. */
  readonly teamIds: readonly string[];
}

/** How many agents one event is about: far below the size that the stream takes. */
const MAX_RECIPIENTS = 1_000;

/**
 * Tells agents of something that this transaction does: those who want to know such things and may see the conversation, and never
 * who did it. One statement, however many they are.
 */
export async function notify(
  transaction: Transaction,
  { actor, kind, conversation, factId, message, agentIds, teamIds }: Notification,
): Promise<void> {
  const { em, sql, publish } = transaction;
  const { companyId } = conversation;
  // What happens to the conversation is written first, so that everybody takes the counters' rows in the same order.
  await em.flush();
  const told = await sql<{ agentId: string; notificationId: string }>`
    insert into conversations.notifications
      (company_id, agent_id, kind, fact_id, conversation_id, message_id, team_id, actor_kind, actor_id)
    select ${companyId}, r.agent_id, ${kind}, ${factId}, ${conversation.id}, ${message?.id ?? null}::uuid, r.team_id,
      ${actor.kind}, ${actor.id ?? null}
    from (
      select distinct on (agent_id) agent_id, team_id from (
        select agent_id, null::uuid as team_id from unnest(${agentIds}::uuid[]) as direct (agent_id)
        union all
        select agent_id, team_id from conversations.team_members
        where company_id = ${companyId} and team_id = any(${teamIds}::uuid[])
      ) concerned
      order by agent_id, team_id nulls first
    ) r
    left join conversations.notification_settings s on s.company_id = ${companyId} and s.agent_id = r.agent_id
    where ${kind} = any(coalesce(s.kinds, ${defaultKinds}::text[]))
      and not (${actor.kind} = 'agent' and r.agent_id::text = ${actor.id ?? ''})
      and not exists (
        select from conversations.agents a
        where a.company_id = ${companyId} and a.id = r.agent_id and a.limited_to_teams
          and a.id is distinct from ${conversation.assigneeId}::uuid
          and not exists (select from conversations.team_members m
            where m.company_id = a.company_id and m.agent_id = a.id and m.team_id = ${conversation.teamId}::uuid))
    order by r.agent_id
    on conflict (company_id, agent_id, fact_id) do nothing
    returning agent_id as "agentId", id as "notificationId"`;
  if (told.length === 0) return;

  const counts = await sql<{ agentId: string; unreadCount: number }>`
    select agent_id as "agentId", unread_count as "unreadCount" from conversations.notification_counters
    where company_id = ${companyId} and agent_id = any(${told.map(({ agentId }) => agentId)}::uuid[])`;
  const unread = new Map(counts.map(({ agentId, unreadCount }) => [agentId, unreadCount]));
  const recipients = told.map((one) => ({ ...one, unreadCount: unread.get(one.agentId) ?? 0 }));
  for (let start = 0; start < recipients.length; start += MAX_RECIPIENTS) {
    const some = recipients.slice(start, start + MAX_RECIPIENTS);
    publish({ type: 'conversation.notification.added', actor, data: { recipients: some } });
  }
}

/** Whose conversation it is learns that somebody wrote in it. What the company wrote past the inbox needs nobody's answer. */
export async function notifyOfMessage(
  transaction: Transaction,
  {
    actor,
    conversation,
    message,
  }: { readonly actor: Actor; readonly conversation: ConversationEntity; readonly message: MessageEntity },
): Promise<void> {
  const { assigneeId } = conversation;
  if (assigneeId === null || message.authorKind === 'CHANNEL' || message.authorId === assigneeId) return;
  await notify(transaction, {
    actor,
    kind: 'NEW_MESSAGE',
    conversation,
    factId: message.id,
    message,
    agentIds: [assigneeId],
    teamIds: [],
  });
}
