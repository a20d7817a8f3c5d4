import type { Outcome } from '../../commands/asAgent.ts';
import { createCannedResponse } from '../../commands/cannedResponses/createCannedResponse.ts';
import { deleteCannedResponse } from '../../commands/cannedResponses/deleteCannedResponse.ts';
import { updateCannedResponse } from '../../commands/cannedResponses/updateCannedResponse.ts';
import type { Context } from '../../context.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';

export const cannedResponseMutations = {
  createCannedResponse: async (_parent, { input }, context) =>
    payload(context, await context.run((database, identity) => createCannedResponse(database, identity, input))),

  updateCannedResponse: async (_parent, { input }, context) =>
    payload(context, await context.run((database, identity) => updateCannedResponse(database, identity, input))),

  async deleteCannedResponse(_parent, { input }, { run }) {
    const outcome = await run((database, identity) => deleteCannedResponse(database, identity, input));
    return 'userErrors' in outcome
      ? { deletedId: null, userErrors: outcome.userErrors }
      : { deletedId: outcome.id, userErrors: [] };
  },
} satisfies MutationResolvers;

async function payload({ loaders }: Context, outcome: Outcome<{ readonly id: string }>) {
  if ('userErrors' in outcome) return { cannedResponse: null, userErrors: outcome.userErrors };
  return { cannedResponse: await loaders.cannedResponse.load(outcome.id), userErrors: [] };
}
