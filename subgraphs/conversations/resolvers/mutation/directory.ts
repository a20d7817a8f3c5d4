import type { Outcome } from '../../commands/asAgent.ts';
import { addAgent } from '../../commands/directory/addAgent.ts';
import { addTeamMembers, removeTeamMembers } from '../../commands/directory/changeTeamMembers.ts';
import { createLabel } from '../../commands/directory/createLabel.ts';
import { createTeam } from '../../commands/directory/createTeam.ts';
import { deactivateAgent } from '../../commands/directory/deactivateAgent.ts';
import { deleteLabel } from '../../commands/directory/deleteLabel.ts';
import { deleteTeam } from '../../commands/directory/deleteTeam.ts';
import { renameTeam } from '../../commands/directory/renameTeam.ts';
import { signOut } from '../../commands/directory/signOut.ts';
import { signOutAgent } from '../../commands/directory/signOutAgent.ts';
import { updateAgent } from '../../commands/directory/updateAgent.ts';
import { updateLabel } from '../../commands/directory/updateLabel.ts';
import { labelConversation, unlabelConversation } from '../../commands/labelConversation.ts';
import type { Context } from '../../context.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import { agentPayload, conversationPayload } from './payloads.ts';

async function labelPayload({ loaders }: Context, outcome: Outcome<{ readonly labelId: string }>) {
  if ('userErrors' in outcome) return { label: null, userErrors: outcome.userErrors };
  return { label: await loaders.label.load(outcome.labelId), userErrors: [] };
}

async function teamPayload({ loaders }: Context, outcome: Outcome<{ readonly teamId: string }>) {
  if ('userErrors' in outcome) return { team: null, userErrors: outcome.userErrors };
  return { team: await loaders.team.load(outcome.teamId), userErrors: [] };
}

export const directoryMutations = {
  labelConversation: async (_parent, { input }, context) =>
    conversationPayload(
      context,
      await context.run((database, identity) => labelConversation(database, identity, input)),
    ),

  unlabelConversation: async (_parent, { input }, context) =>
    conversationPayload(
      context,
      await context.run((database, identity) => unlabelConversation(database, identity, input)),
    ),

  createLabel: async (_parent, { input }, context) =>
    labelPayload(context, await context.run((database, identity) => createLabel(database, identity, input))),

  updateLabel: async (_parent, { input }, context) =>
    labelPayload(context, await context.run((database, identity) => updateLabel(database, identity, input))),

  deleteLabel: async (_parent, { input }, context) =>
    labelPayload(context, await context.run((database, identity) => deleteLabel(database, identity, input))),

  createTeam: async (_parent, { input }, context) =>
    teamPayload(context, await context.run((database, identity) => createTeam(database, identity, input))),

  renameTeam: async (_parent, { input }, context) =>
    teamPayload(context, await context.run((database, identity) => renameTeam(database, identity, input))),

  deleteTeam: async (_parent, { input }, context) =>
    teamPayload(context, await context.run((database, identity) => deleteTeam(database, identity, input))),

  addTeamMembers: async (_parent, { input }, context) =>
    teamPayload(context, await context.run((database, identity) => addTeamMembers(database, identity, input))),

  removeTeamMembers: async (_parent, { input }, context) =>
    teamPayload(context, await context.run((database, identity) => removeTeamMembers(database, identity, input))),

  addAgent: async (_parent, { input }, context) =>
    agentPayload(context, await context.run((database, identity) => addAgent(database, identity, input))),

  updateAgent: async (_parent, { input }, context) =>
    agentPayload(context, await context.run((database, identity) => updateAgent(database, identity, input))),

  deactivateAgent: async (_parent, { input }, context) =>
    agentPayload(context, await context.run((database, identity) => deactivateAgent(database, identity, input))),

  signOutAgent: async (_parent, { input }, context) =>
    agentPayload(context, await context.run((database, identity) => signOutAgent(database, identity, input))),

  signOut: async (_parent, _args, context) => agentPayload(context, await context.run(signOut)),
} satisfies MutationResolvers;
