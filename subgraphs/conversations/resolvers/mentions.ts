import type { MentionResolvers } from '../generated/resolvers.ts';
import type { Loaders } from '../loaders.ts';
import type { AgentRow, Mention, TeamRow } from '../rows.ts';

/** Without those that are not there any more. */
export async function mentioned(mentions: readonly Mention[], loaders: Loaders): Promise<(AgentRow | TeamRow)[]> {
  const rows = await Promise.all(
    mentions.map(({ agentId, teamId }) =>
      agentId === null ? loaders.team.load(teamId ?? '') : loaders.agent.load(agentId),
    ),
  );
  return rows.flatMap((row) => row ?? []);
}

export const mention: MentionResolvers = {
  __resolveType: (row) => ('role' in row ? 'Agent' : 'Team'),
};
