import type { ConversationEntity } from '../../entities/conversation.ts';
import type { Transaction } from '../../facts.ts';
import { companySettings } from '../../queries/companySettings.ts';
import type { Change } from '../../rules/change.ts';
import { applyStatus } from '../../rules/status.ts';

/**
 * Opens the conversation, whatever it is now. One that was resolved goes on with whom it was with, unless the company wants it
 * to begin with nobody when the contact is who opens it.
 */
export async function openAgain(
  { sql }: Transaction,
  conversation: ConversationEntity,
  { at, byContact = false }: { readonly at: Date; readonly byContact?: boolean },
): Promise<Change[]> {
  const wasResolved = conversation.status === 'RESOLVED';
  const opened = applyStatus(conversation, 'OPEN', { at });
  const { companyId, assigneeId: previousAssigneeId, teamId } = conversation;
  if (!wasResolved || !byContact || previousAssigneeId === null) return [opened];
  const { reopenUnassigned } = await companySettings(sql, companyId);
  if (!reopenUnassigned) return [opened];
  conversation.assigneeId = null;
  return [opened, { kind: 'ASSIGNED', assigneeId: null, previousAssigneeId, teamId, previousTeamId: teamId }];
}
