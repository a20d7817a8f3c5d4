import { v7 } from 'uuid';
import type { Actor } from '#platform/events/catalogue.ts';
import { fragment, type Fragment } from '#platform/postgres/sql.ts';
import type { ConversationFacts, Handled } from '#schema/events/conversations.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { MessageEntity } from '../entities/message.ts';
import { conversationFacts, type Around, type Transaction } from '../facts.ts';
import { isPolicyReason } from '../rules/assignment.ts';
import type { Change } from '../rules/change.ts';
import { settleHolding } from '../rules/holding.ts';
import { noticeOf } from '../rules/notifications.ts';
import { secondsBetween } from '../rules/status.ts';
import { measureBusiness } from './measure.ts';
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
    stored,
  }: {
    readonly actor: Actor;
    readonly conversation: ConversationEntity;
    readonly changes: readonly Change[];
    /** What was written and brought them about. */
    readonly message?: MessageEntity | null;
    /** What was done with the message already. */
    readonly stored?: { readonly around: Around; readonly entries: readonly Entry[] };
  },
): Promise<Facts> {
  const measured = await measureChanges(transaction, conversation, changes);
  // To be opened is what it begins with.
  if (changes.some(({ kind }) => kind !== 'OPENED')) conversation.version += 1;
  if (changes.length > 0) {
    const entries = stored?.entries ?? entriesOf(changes);
    if (!stored) await transaction.sql`${enteringOf(conversation.companyId, [{ actor, conversation, entries }])}`;
    for (const { id, change } of entries) {
      const notice = noticeOf(change, conversation);
      if (!notice) continue;
      const { kind, agentId } = notice;
      const factId = message?.id ?? id;
      await notify(transaction, { actor, kind, conversation, factId, message, agentIds: [agentId], teamIds: [] });
    }
  }
  const facts = await conversationFacts(transaction, conversation, stored?.around);
  for (const change of changes) tell(transaction, actor, facts, { change, measured });
  return facts;
}

/** A change as it is entered. */
export interface Entry {
  readonly id: string;
  readonly change: Change;
}

export function entriesOf(changes: readonly Change[]): Entry[] {
  return changes.map((change) => ({ id: v7(), change }));
}

/** What is entered of one conversation. */
export interface Entering {
  readonly actor: Actor;
  readonly conversation: Pick<ConversationEntity, 'id'>;
  readonly entries: readonly Entry[];
}

/**
 * The statement that enters changes.
 *
 * By the clock and not by the beginning of the transaction, which may have waited for the conversation: the stream only grows at its end.
 */
export function enteringOf(companyId: string, entering: readonly Entering[]): Fragment {
  const rows = entering.flatMap(({ actor, conversation, entries }) =>
    entries.map(({ id, change: { kind, ...data } }) => ({
      conversation_id: conversation.id,
      id,
      kind,
      actor_kind: actor.kind,
      actor_id: actor.id,
      data,
    })),
  );
  return fragment`
    insert into conversations.conversation_activities
      (company_id, conversation_id, id, kind, actor_kind, actor_id, data, occurred_at)
    select ${companyId}::uuid, conversation_id, id, kind, actor_kind, actor_id, data, clock_timestamp()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as e (conversation_id uuid, id uuid, kind text, actor_kind text, actor_id text, data jsonb)`;
}

/** What took how long until now, each with the change that it is told with. */
interface Measured {
  readonly resolved: { readonly by: Change; readonly businessSeconds: number } | null;
  readonly queued: { readonly by: Change; readonly seconds: number; readonly businessSeconds: number } | null;
  readonly handled: { readonly by: Change; readonly value: Handled } | null;
}

async function measureChanges(
  transaction: Transaction,
  conversation: ConversationEntity,
  changes: readonly Change[],
): Promise<Measured> {
  const at = new Date();
  const { handled, queuedSince } = settleHolding(conversation, at);
  const resolution = changes.find((change) => change.kind === 'STATUS' && change.to === 'RESOLVED');
  const assignment = changes.findLast(({ kind }) => kind === 'ASSIGNED');
  const ending = changes.find(({ kind }) => kind === 'STATUS' || kind === 'ASSIGNED');
  const business = (since: Date) => measureBusiness(transaction, conversation, since, at);
  return {
    resolved: resolution ? { by: resolution, businessSeconds: await business(conversation.openedAt) } : null,
    queued:
      assignment && queuedSince
        ? { by: assignment, seconds: secondsBetween(queuedSince, at), businessSeconds: await business(queuedSince) }
        : null,
    handled: ending && handled ? { by: ending, value: handled } : null,
  };
}

function tell(
  { publish }: Transaction,
  actor: Actor,
  conversation: Facts,
  { change, measured }: { readonly change: Change; readonly measured: Measured },
): void {
  const handled = measured.handled?.by === change ? measured.handled.value : null;
  switch (change.kind) {
    case 'OPENED':
      return publish({ type: 'conversation.opened', actor, data: { conversation } });
    case 'STATUS': {
      const { from, to, resolutionSeconds, touchedByAgent } = change;
      const resolutionBusinessSeconds = measured.resolved?.by === change ? measured.resolved.businessSeconds : null;
      const durations = { resolutionSeconds, resolutionBusinessSeconds, handled };
      const data = { conversation, from, to, touchedByAgent, ...durations };
      return publish({ type: 'conversation.status.changed', actor, data });
    }
    case 'ASSIGNED': {
      const { previousAssigneeId, previousTeamId, policyId = null } = change;
      const queued = measured.queued?.by === change ? measured.queued : null;
      const reason = change.reason && isPolicyReason(change.reason) ? change.reason : null;
      return publish({
        type: 'conversation.assigned',
        actor,
        data: {
          conversation,
          previousAssigneeId,
          previousTeamId,
          reason,
          policyId,
          queueWaitSeconds: queued?.seconds ?? null,
          queueWaitBusinessSeconds: queued?.businessSeconds ?? null,
          handled,
        },
      });
    }
    case 'LABELS':
      return publish({
        type: 'conversation.changed',
        actor,
        data: { conversation, change: 'LABELS', addedLabelIds: [...change.addedIds] },
      });
    case 'PRIORITY':
    case 'BOT':
    case 'CONTACT':
      return publish({ type: 'conversation.changed', actor, data: { conversation, change: change.kind } });
    case 'HANDED_OVER':
      // Told by who did it, with the summary, which the activity stream does not keep.
      return undefined;
  }
}
