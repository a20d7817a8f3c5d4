import { removeAssignmentPolicy, setAssignmentPolicy } from '../commands/setAssignmentPolicy.ts';
import { requirePermission } from '../access/permissions.ts';
import { setCapacity } from '../commands/setCapacity.ts';
import type {
  AgentResolvers,
  AgentWorkloadResolvers,
  AssignmentPolicyResolvers,
  ConversationResolvers,
  MutationResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import { listPolicies } from '../queries/assignment.ts';
import { platform } from '#schema/events/values.ts';
import { present } from './pages.ts';

export const assignmentPolicy: AssignmentPolicyResolvers = {
  team: ({ teamId }, _args, { loaders }) => (teamId === null ? null : loaders.team.load(teamId)),
  channel: ({ channelId }) => (channelId === null ? null : { id: channelId }),
  agentsOf: ({ agentsOfTeamId }, _args, { loaders }) =>
    agentsOfTeamId === null ? null : loaders.team.load(agentsOfTeamId),
  queue: async ({ id }, _args, { loaders }) => present(await loaders.policyQueue.load(id), `policy ${id}`),
};

export const agentWorkload: AgentWorkloadResolvers = {
  weights: ({ weights }) =>
    platform.options.flatMap((one) => {
      const weight = weights[one];
      return weight === undefined ? [] : [{ platform: one, weight }];
    }),
};

export const agentAssignment = {
  workload: async ({ id }, _args, { loaders }) => present(await loaders.workload.load(id), `load of agent ${id}`),
} satisfies AgentResolvers;

export const conversationAssignment = {
  queue: ({ id }, _args, { loaders }) => loaders.queuePlace.load(id),
} satisfies ConversationResolvers;

export const assignmentQueries = {
  assignmentPolicies(_parent, _args, { identity, read }) {
    const { companyId } = requirePermission(identity, 'assignment:manage');
    return read((sql) => listPolicies(sql, companyId));
  },
} satisfies QueryResolvers;

export const assignmentMutations = {
  async setCapacity(_parent, { input }, { run, loaders }) {
    const outcome = await run((database, identity) => setCapacity(database, identity, input));
    if ('userErrors' in outcome) return { agent: null, userErrors: outcome.userErrors };
    return { agent: await loaders.agent.load(outcome.agentId), userErrors: [] };
  },

  async setAssignmentPolicy(_parent, { input }, { run, loaders }) {
    const outcome = await run((database, identity) => setAssignmentPolicy(database, identity, input));
    if ('userErrors' in outcome) return { policy: null, userErrors: outcome.userErrors };
    return { policy: await loaders.policy.load(outcome.policyId), userErrors: [] };
  },

  async removeAssignmentPolicy(_parent, { input }, { run }) {
    const outcome = await run((database, identity) => removeAssignmentPolicy(database, identity, input));
    if ('userErrors' in outcome) return { policyId: null, userErrors: outcome.userErrors };
    return { policyId: outcome.policyId, userErrors: [] };
  },
} satisfies MutationResolvers;
