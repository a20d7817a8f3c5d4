import type { Outcome } from '../../commands/asAgent.ts';
import { mergeContacts } from '../../commands/mergeContacts.ts';
import { undoMerge } from '../../commands/undoMerge.ts';
import type { Context } from '../../context.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';

export const mergeMutations = {
  mergeContacts: async (_parent, { input }, context) =>
    mergePayload(context, await context.run((database, identity) => mergeContacts(database, identity, input))),

  undoMerge: async (_parent, { input }, context) =>
    mergePayload(context, await context.run((database, identity) => undoMerge(database, identity, input))),
} satisfies MutationResolvers;

async function mergePayload({ loaders }: Context, outcome: Outcome<{ readonly mergeId: string }>) {
  if ('userErrors' in outcome) return { merge: null, userErrors: outcome.userErrors };
  return { merge: await loaders.contactMerge.load(outcome.mergeId), userErrors: [] };
}
