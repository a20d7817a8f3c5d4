import type { Outcome } from '../../commands/asAgent.ts';
import { requestPrivacyJob } from '../../commands/requestPrivacyJob.ts';
import type { Context } from '../../context.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';

export const privacyMutations = {
  exportContact: async (_parent, { input: { contactId } }, context) =>
    jobPayload(
      context,
      await context.run((database, identity) => requestPrivacyJob(database, identity, { contactId, kind: 'EXPORT' })),
    ),
} satisfies MutationResolvers;

async function jobPayload({ loaders }: Context, outcome: Outcome<{ readonly jobId: string }>) {
  if ('userErrors' in outcome) return { job: null, userErrors: outcome.userErrors };
  return { job: await loaders.privacyJob.load(outcome.jobId), userErrors: [] };
}
