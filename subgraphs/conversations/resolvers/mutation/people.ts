import { limitAgentToTeams } from '../../commands/limitAgentToTeams.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import { agentPayload } from './payloads.ts';

export const peopleMutations = {
  limitAgentToTeams: async (_parent, { input }, context) =>
    agentPayload(context, await context.run((database, identity) => limitAgentToTeams(database, identity, input))),
} satisfies MutationResolvers;
