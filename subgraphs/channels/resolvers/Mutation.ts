import { connectChannel } from '../commands/connectChannel.ts';
import type { Outcome } from '../commands/outcome.ts';
import { pauseChannel } from '../commands/pauseChannel.ts';
import { reauthorizeChannel } from '../commands/reauthorizeChannel.ts';
import { removeChannel } from '../commands/removeChannel.ts';
import { requestUpload } from '../commands/requestUpload.ts';
import { resumeChannel } from '../commands/resumeChannel.ts';
import { rotateIdentitySecret } from '../commands/rotateIdentitySecret.ts';
import { updateCompany } from '../commands/updateCompany.ts';
import { updateWebChat } from '../commands/updateWebChat.ts';
import type { Context } from '../context.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';

export const Mutation: MutationResolvers = {
  updateCompany: async (_parent, { input }, context) => {
    const outcome = await context.run((tools, identity) => updateCompany(tools, identity, input));
    if ('userErrors' in outcome) return { company: null, userErrors: outcome.userErrors };
    return { company: await context.loaders.company.load(outcome.companyId), userErrors: [] };
  },

  connectChannel: async (_parent, { input }, context) =>
    secretPayload(context, await context.run((tools, identity) => connectChannel(tools, identity, input))),

  reauthorizeChannel: async (_parent, { input }, context) =>
    channelPayload(context, await context.run((tools, identity) => reauthorizeChannel(tools, identity, input))),

  pauseChannel: async (_parent, { input }, context) =>
    channelPayload(context, await context.run((tools, identity) => pauseChannel(tools, identity, input))),

  resumeChannel: async (_parent, { input }, context) =>
    channelPayload(context, await context.run((tools, identity) => resumeChannel(tools, identity, input))),

  removeChannel: async (_parent, { input }, context) =>
    channelPayload(context, await context.run((tools, identity) => removeChannel(tools, identity, input))),

  updateWebChat: async (_parent, { input }, context) =>
    channelPayload(context, await context.run((tools, identity) => updateWebChat(tools, identity, input))),

  requestUpload: async (_parent, { input }, context) => {
    const outcome = await context.run((tools, identity) => requestUpload(tools, identity, input));
    if ('userErrors' in outcome) return { url: null, expiresAt: null, userErrors: outcome.userErrors };
    return { ...outcome, userErrors: [] };
  },

  rotateIdentitySecret: async (_parent, { input }, context) =>
    secretPayload(context, await context.run((tools, identity) => rotateIdentitySecret(tools, identity, input))),
};

async function channelPayload({ loaders }: Context, outcome: Outcome<{ readonly channelId: string }>) {
  if ('userErrors' in outcome) return { channel: null, userErrors: outcome.userErrors };
  return { channel: await loaders.channel.load(outcome.channelId), userErrors: [] };
}

async function secretPayload(
  context: Context,
  outcome: Outcome<{ readonly channelId: string; readonly identitySecret: string | null }>,
) {
  const identitySecret = 'userErrors' in outcome ? null : outcome.identitySecret;
  return { ...(await channelPayload(context, outcome)), identitySecret };
}
