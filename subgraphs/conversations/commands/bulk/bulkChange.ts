import { z } from 'zod';
import { conversationStatus, priority } from '#schema/events/values.ts';
import type { ConversationEntity } from '../../entities/conversation.ts';
import type { Change } from '../../rules/change.ts';
import { refuse, type CallerTransaction, type Refusal } from '../asAgent.ts';
import { changeAssignment } from '../assign.ts';
import { moveTo } from '../changeStatus.ts';
import { changeLabels } from '../labelConversation.ts';
import { prioritise } from '../setPriority.ts';

const ids = z.array(z.string()).readonly().nullish();

/** What is to be done to each of many conversations, as a job keeps it. What is absent stays as it is. */
export const bulkChange = z.object({
  status: conversationStatus.nullish(),
  snoozedUntil: z.coerce.date().nullish(),
  priority: priority.nullish(),
  /** Null takes it away. */
  agentId: z.string().nullish(),
  teamId: z.string().nullish(),
  addLabelIds: ids,
  removeLabelIds: ids,
});
export type BulkChange = Readonly<z.output<typeof bulkChange>>;

/** Why such a change makes no sense for any conversation. */
export function refuseChange(change: BulkChange): Refusal | undefined {
  const { status, snoozedUntil, agentId, teamId, addLabelIds, removeLabelIds } = change;
  if (snoozedUntil && status !== 'SNOOZED') {
    return refuse('INVALID', 'Only SNOOZED has an end: leave `snoozedUntil` out.', 'change');
  }
  const labels = (addLabelIds?.length ?? 0) + (removeLabelIds?.length ?? 0);
  const isNothing = !status && !change.priority && agentId === undefined && teamId === undefined && labels === 0;
  return isNothing ? refuse('INVALID', 'Say at least one thing that is to be changed.', 'change') : undefined;
}

/** All of it, by the rules of the mutations that do one of them; the first that is refused is the answer. */
export async function makeChange(
  transaction: CallerTransaction,
  conversation: ConversationEntity,
  change: BulkChange,
): Promise<readonly Change[] | Refusal> {
  const { status, snoozedUntil, priority: urgency } = change;
  const made: Change[] = [];
  const steps = [
    () => (status ? moveTo(transaction, conversation, { status, snoozedUntil }) : []),
    () => changeAssignment(transaction, conversation, change),
    () => (urgency ? prioritise(conversation, urgency) : []),
    () => changeLabels(transaction, conversation, change),
  ];
  for (const step of steps) {
    const changes = await step();
    if ('userErrors' in changes) return changes;
    made.push(...changes);
  }
  return made;
}
