import { userError, type UserError } from '#platform/graphql/errors.ts';
import { isId } from '../ids.ts';
import type { Mention } from '../rows.ts';
import type { CallerTransaction, Refusal } from './asAgent.ts';

export interface MentionInput {
  readonly agentId?: string | null | undefined;
  readonly teamId?: string | null | undefined;
}

const MAX_MENTIONS = 50;

/** Each once, in the order given; or what is wrong with them. Whether they exist is {@link refuseUnknown}'s question. */
export function readMentions(input: readonly MentionInput[]): readonly Mention[] | { readonly wrong: string } {
  if (input.length > MAX_MENTIONS) return { wrong: `A note has at most ${MAX_MENTIONS} mentions.` };
  const mentions = new Map<string, Mention>();
  for (const { agentId, teamId } of input) {
    const mention = { agentId: agentId?.toLowerCase() ?? null, teamId: teamId?.toLowerCase() ?? null };
    if ((mention.agentId === null) === (mention.teamId === null)) {
      return { wrong: 'A mention is either of an agent or of a team: give one of the two.' };
    }
    mentions.set(JSON.stringify(mention), mention);
  }
  return [...mentions.values()];
}

/** Names everybody of them whom the company does not have. */
export async function refuseUnknown(
  { sql, companyId }: CallerTransaction,
  mentions: readonly Mention[],
): Promise<Refusal | undefined> {
  if (mentions.length === 0) return undefined;
  const agentIds = mentions.flatMap(({ agentId }) => (agentId !== null && isId(agentId) ? [agentId] : []));
  const teamIds = mentions.flatMap(({ teamId }) => (teamId !== null && isId(teamId) ? [teamId] : []));
  const rows = await sql<{ id: string }>`
    select id from conversations.agents where company_id = ${companyId} and id = any(${agentIds}::uuid[])
    union all
    select id from conversations.teams where company_id = ${companyId} and id = any(${teamIds}::uuid[])`;
  const known = new Set(rows.map(({ id }) => id));
  const errors: UserError[] = mentions
    .filter(({ agentId, teamId }) => !known.has(agentId ?? teamId ?? ''))
    .map(({ agentId, teamId }) =>
      userError('NOT_FOUND', `There is no such ${agentId === null ? 'team' : 'agent'}: ${agentId ?? teamId}.`, [
        'input',
        'mentions',
      ]),
    );
  return errors.length === 0 ? undefined : { userErrors: errors };
}

/** For a message that is in the table. */
export async function storeMentions(
  { sql, companyId }: CallerTransaction,
  messageId: string,
  mentions: readonly Mention[],
): Promise<void> {
  await sql`
    insert into conversations.message_mentions (company_id, message_id, position, agent_id, team_id)
    select ${companyId}, ${messageId}, m.position, m.agent_id, m.team_id
    from unnest(${mentions.map(({ agentId }) => agentId)}::uuid[], ${mentions.map(({ teamId }) => teamId)}::uuid[])
      with ordinality as m (agent_id, team_id, position)`;
}
