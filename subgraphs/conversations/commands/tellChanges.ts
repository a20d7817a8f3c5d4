import { v7 } from 'uuid';
import type { Actor } from '#platform/events/catalogue.ts';
import type { ConversationFacts } from '#schema/events/conversations.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { MessageEntity } from '../entities/message.ts';
import { conversationFacts, type Transaction } from '../facts.ts';
import { isPolicyReason } from '../rules/assignment.ts';
import type { Change } from '../rules/change.ts';
import { noticeOf } from '../rules/notifications.ts';
import { notify } from './notify.ts';

type Facts = ConversationFacts & { readonly threadExternalId: string };

/**
 * Enters changes that were made into the conversation's activity stream, and tells them, also to the agents whom they concern.
 * Who looked at the conversation before them knows by its `version` that it has changed. Call it after the last change.
 *
 * @returns The conversation as it stands now, for what else there is to tell.
 */
export async function tellChanges(
  transaction: Transaction,
  {
    actor,
    conversation,
    changes,
    message = null,
  }: {
    readonly actor: Actor;
    readonly conversation: ConversationEntity;
    readonly changes: readonly Change[];
    /** What was written and brought them about. */
    readonly message?: MessageEntity | null;
  },
): Promise<Facts> {
  if (changes.length > 0) {
    conversation.version += 1;
    const entries = changes.map((change) => ({ id: v7(), change }));
    await enter(transaction, actor, conversation, entries);
    for (const { id, change } of entries) {
      const notice = noticeOf(change, conversation);
      if (!notice) continue;
      const { kind, agentId } = notice;
      const factId = message?.id ?? id;
      await notify(transaction, { actor, kind, conversation, factId, message, agentIds: [agentId], teamIds: [] });
    }
  }
  const facts = await conversationFacts(transaction, conversation);
  for (const change of changes) tell(transaction, actor, facts, change);
  return facts;
}

/** By the clock and not by the beginning of the transaction, which may have waited for the conversation: the stream only grows at its end. */
async function enter(
  { sql }: Transaction,
  actor: Actor,
  { companyId, id: conversationId }: ConversationEntity,
  changes: readonly { readonly id: string; readonly change: Change }[],
): Promise<void> {
  const entries = changes.map(({ id, change: { kind, ...data } }) => ({ id, kind, data }));
  await sql`
    insert into conversations.conversation_activities
      (company_id, conversation_id, id, kind, actor_kind, actor_id, data, occurred_at)
    select ${companyId}, ${conversationId}, id, kind, ${actor.kind}, ${actor.id ?? null}, data, clock_timestamp()
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as e (id uuid, kind text, data jsonb)`;
}

function tell({ publish }: Transaction, actor: Actor, conversation: Facts, change: Change): void {
  switch (change.kind) {
    case 'OPENED':
      return publish({ type: 'conversation.opened', actor, data: { conversation } });
    case 'STATUS': {
      const { from, to, resolutionSeconds, touchedByAgent } = change;
      const data = { conversation, from, to, resolutionSeconds, touchedByAgent };
      return publish({ type: 'conversation.status.changed', actor, data });
    }
    case 'ASSIGNED': {
      const { previousAssigneeId, previousTeamId, policyId = null } = change;
      const reason = change.reason && isPolicyReason(change.reason) ? change.reason : null;
      return publish({
        type: 'conversation.assigned',
        actor,
        data: { conversation, previousAssigneeId, previousTeamId, reason, policyId },
      });
    }
    case 'PRIORITY':
    case 'LABELS':
    case 'BOT':
    case 'CONTACT':
      return publish({ type: 'conversation.changed', actor, data: { conversation, change: change.kind } });
    case 'HANDED_OVER':
      // Told by who did it, with the summary, which the activity stream does not keep.
      return undefined;
  }
}
