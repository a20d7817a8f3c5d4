import type { ConversationEntity } from '../../entities/conversation.ts';
import type { Transaction } from '../../facts.ts';
import { beginsWithBot, botSettings } from '../../queries/botSettings.ts';
import { companySettings } from '../../queries/companySettings.ts';
import type { AssignmentReason } from '../../rules/assignment.ts';
import type { Change } from '../../rules/change.ts';
import { applyStatus } from '../../rules/status.ts';
import { beginBot } from './switchBot.ts';

/**
 * Opens the conversation, whatever it is now; to the bot, when the contact opens one that nobody has and the company has a bot. One that was resolved goes on with whom it was with: unless they are gone
 * meanwhile, or the company wants it to begin with nobody when the contact is who opens it.
 */
export async function openAgain(
  transaction: Transaction,
  conversation: ConversationEntity,
  {
    at,
    byContact = false,
    botMayBegin = false,
  }: { readonly at: Date; readonly byContact?: boolean; readonly botMayBegin?: boolean },
): Promise<Change[]> {
  const wasResolved = conversation.status === 'RESOLVED';
  if (!wasResolved) return [applyStatus(conversation, 'OPEN', { at })];
  const dropped = await dropWhoIsGone(transaction, conversation, { byContact });
  if (!botMayBegin || !(await goesToBot(transaction, conversation))) {
    return [applyStatus(conversation, 'OPEN', { at }), ...dropped];
  }
  // Of what was before the resolution the bot knows nothing: it would go on with what is over.
  const begun = beginBot(conversation, conversation.inboundCount + 1);
  return [...begun, applyStatus(conversation, 'PENDING', { at }), ...dropped];
}

async function dropWhoIsGone(
  transaction: Transaction,
  conversation: ConversationEntity,
  { byContact }: { readonly byContact: boolean },
): Promise<Change[]> {
  const { assigneeId: previousAssigneeId, teamId: previousTeamId } = conversation;
  if (previousAssigneeId === null && previousTeamId === null) return [];
  const here = await whoIsHere(transaction, conversation);
  const drops = !here.assignee || (byContact && (await beginsWithNobody(transaction, conversation)));
  if (drops) conversation.assigneeId = null;
  if (!here.team) conversation.teamId = null;
  const { assigneeId, teamId } = conversation;
  if (assigneeId === previousAssigneeId && teamId === previousTeamId) return [];
  const reason = whyDropped(here, { assigneeDropped: assigneeId !== previousAssigneeId });
  return [{ kind: 'ASSIGNED', assigneeId, teamId, previousAssigneeId, previousTeamId, reason }];
}

/** A person who has it goes on with it. */
async function goesToBot(
  { sql }: Transaction,
  { companyId, channelId, assigneeId }: ConversationEntity,
): Promise<boolean> {
  return assigneeId === null && beginsWithBot(await botSettings(sql, companyId), channelId);
}

interface Here {
  readonly assignee: boolean;
  readonly team: boolean;
}

/** Of an agent and a team, the agent is who is missed. */
function whyDropped(here: Here, { assigneeDropped }: { readonly assigneeDropped: boolean }): AssignmentReason {
  if (!assigneeDropped) return 'TEAM_DELETED';
  return here.assignee ? 'REOPENED_UNASSIGNED' : 'AGENT_DEACTIVATED';
}

async function beginsWithNobody({ sql }: Transaction, { companyId }: ConversationEntity): Promise<boolean> {
  return (await companySettings(sql, companyId)).reopenUnassigned;
}

/** The locks keep who is here from going until the conversation is open: what goes on with them is then found and taken from them. */
async function whoIsHere({ sql }: Transaction, { companyId, assigneeId, teamId }: ConversationEntity): Promise<Here> {
  const assignee = await sql`
    select from conversations.agents
    where company_id = ${companyId} and id = ${assigneeId}::uuid and deactivated_at is null for key share`;
  const team = await sql`
    select from conversations.teams
    where company_id = ${companyId} and id = ${teamId}::uuid and deleted_at is null for key share`;
  return { assignee: assignee.length > 0, team: team.length > 0 };
}
