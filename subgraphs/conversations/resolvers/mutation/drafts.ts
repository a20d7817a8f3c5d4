import { saveDraft, type DraftOutcome } from '../../commands/saveDraft.ts';
import type { Context } from '../../context.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';

export const draftMutations = {
  saveDraft: async (_parent, { input }, context) =>
    payload(context, await context.run((database, identity) => saveDraft(database, identity, input))),

  deleteDraft: async (_parent, { input: { conversationId, kind, revision } }, context) =>
    payload(
      context,
      await context.run((database, identity) => saveDraft(database, identity, { conversationId, kind, revision })),
    ),
} satisfies MutationResolvers;

async function payload({ loaders }: Context, { draftId, revision, userErrors }: DraftOutcome) {
  return { draft: draftId === null ? null : await loaders.draft.load(draftId), revision, userErrors };
}
