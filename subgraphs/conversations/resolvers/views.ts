import type { Outcome } from '../commands/asAgent.ts';
import { createView } from '../commands/views/createView.ts';
import { deleteView } from '../commands/views/deleteView.ts';
import { orderViews } from '../commands/views/orderViews.ts';
import { updateView } from '../commands/views/updateView.ts';
import type { Context } from '../context.ts';
import type { MutationResolvers, QueryResolvers, SavedViewResolvers } from '../generated/resolvers.ts';
import { listViews } from '../queries/savedViews.ts';
import { present } from './pages.ts';

export const viewsQuery = {
  savedViews: (_parent, _args, { read }) => read(listViews),
} satisfies QueryResolvers;

export const viewsMutation = {
  createView: async (_parent, { input }, context) =>
    viewPayload(context, await context.run((database, identity) => createView(database, identity, input))),

  updateView: async (_parent, { input }, context) =>
    viewPayload(context, await context.run((database, identity) => updateView(database, identity, input))),

  deleteView: async (_parent, { input }, context) => {
    const outcome = await context.run((database, identity) => deleteView(database, identity, input));
    if ('userErrors' in outcome) return { viewId: null, userErrors: outcome.userErrors };
    return { viewId: outcome.viewId, userErrors: [] };
  },

  orderViews: async (_parent, { input }, context) => {
    const outcome = await context.run((database, identity) => orderViews(database, identity, input));
    if ('userErrors' in outcome) return { savedViews: null, userErrors: outcome.userErrors };
    return { savedViews: await context.read(listViews), userErrors: [] };
  },
} satisfies MutationResolvers;

export const savedView: SavedViewResolvers = {
  owner: async ({ ownerId }, _args, { loaders }) => present(await loaders.agent.load(ownerId), `agent ${ownerId}`),
  isMine: ({ ownerId }, _args, { viewer }) => ownerId === viewer.agentId,
};

async function viewPayload({ loaders }: Context, outcome: Outcome<{ readonly viewId: string }>) {
  if ('userErrors' in outcome) return { view: null, userErrors: outcome.userErrors };
  return { view: await loaders.savedView.load(outcome.viewId), userErrors: [] };
}
