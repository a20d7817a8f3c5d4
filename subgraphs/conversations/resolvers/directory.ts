import { agentAssignment } from './assignment.ts';
import { agentPresence } from './presence.ts';
import type { AgentResolvers, LabelResolvers, TeamResolvers } from '../generated/resolvers.ts';

export const agent: AgentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.agent.load(id),
  ...agentPresence,
  ...agentAssignment,
  teams: async ({ id }, _args, { loaders }) => (await loaders.agentTeams.load(id)) ?? [],
};

export const team: TeamResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.team.load(id),
  members: async ({ id }, _args, { loaders }) => (await loaders.teamMembers.load(id)) ?? [],
};

export const label: LabelResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.label.load(id),
};
