import type { QueryResolvers } from '../../generated/resolvers.ts';
import { listAgents, listLabels, listTeams } from '../../queries/people.ts';

export const peopleQueries = {
  viewer: (_parent, _args, { viewer, loaders }) =>
    viewer.agentId === null ? null : loaders.agent.load(viewer.agentId),

  agents: (_parent, _args, { viewer, read }) => read((sql) => listAgents(sql, viewer.companyId)),
  teams: (_parent, _args, { viewer, read }) => read((sql) => listTeams(sql, viewer.companyId)),
  labels: (_parent, _args, { viewer, read }) => read((sql) => listLabels(sql, viewer.companyId)),
} satisfies QueryResolvers;
