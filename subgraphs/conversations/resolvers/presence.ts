import type { AgentResolvers, ConversationResolvers, MutationResolvers } from '../generated/resolvers.ts';
import { heartbeat, setAway } from '../commands/tellPresence.ts';
import type { AgentRow } from '../rows.ts';
import { viewConversation } from '../commands/viewConversation.ts';

export const agentPresence = {
  presence: async ({ id }, _args, { loaders }) => (await loaders.presence.load(id)) ?? 'OFFLINE',
} satisfies AgentResolvers;

export const conversationViewers = {
  viewers: async ({ id }, _args, { loaders }) => {
    const agents = await loaders.agent.loadMany((await loaders.viewers.load(id)) ?? []);
    return agents.filter((agent): agent is AgentRow => agent !== null && !(agent instanceof Error));
  },
} satisfies ConversationResolvers;

export const presenceMutations = {
  heartbeat: (_parent, { input }, { run, presence }) =>
    run((database, identity) => heartbeat({ identity, database, presence }, input)),

  setAway: (_parent, { input }, { run, presence }) =>
    run((database, identity) => setAway({ identity, database, presence }, input)),

  viewConversation: (_parent, { input }, { identity, read, viewers, tellViewers: tell }) =>
    read((sql, viewer) => viewConversation({ identity, viewer, sql, viewers, tell }, input)),
} satisfies MutationResolvers;
