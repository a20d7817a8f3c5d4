import { assign } from '../commands/assign.ts';
import type { Outcome } from '../commands/asAgent.ts';
import { changeStatus } from '../commands/changeStatus.ts';
import { markRead } from '../commands/markRead.ts';
import { sendMessage } from '../commands/sendMessage.ts';
import type { Context } from '../context.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';

export const mutation: MutationResolvers = {
  async sendMessage(_parent, { input }, context) {
    const outcome = await context.run((database, identity) => sendMessage(database, identity, input));
    if ('userErrors' in outcome) return { message: null, userErrors: outcome.userErrors };
    return { message: await context.loaders.message.load(outcome.messageId), userErrors: [] };
  },

  markRead: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => markRead(database, identity, input))),

  changeStatus: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => changeStatus(database, identity, input))),

  assign: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => assign(database, identity, input))),
};

async function conversationPayload({ loaders }: Context, outcome: Outcome<{ readonly conversationId: string }>) {
  if ('userErrors' in outcome) return { conversation: null, userErrors: outcome.userErrors };
  return { conversation: await loaders.conversation.load(outcome.conversationId), userErrors: [] };
}
