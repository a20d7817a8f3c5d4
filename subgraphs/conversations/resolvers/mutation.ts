import { assign } from '../commands/assign.ts';
import type { Outcome } from '../commands/asAgent.ts';
import { changeStatus } from '../commands/changeStatus.ts';
import { markRead } from '../commands/markRead.ts';
import { retryMessage } from '../commands/retryMessage.ts';
import { sendMessage } from '../commands/sendMessage.ts';
import { setTyping } from '../commands/setTyping.ts';
import type { Context } from '../context.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';

export const mutation: MutationResolvers = {
  sendMessage: async (_parent, { input }, context) =>
    messagePayload(context, await context.run((database, identity) => sendMessage(database, identity, input))),

  retryMessage: async (_parent, { input }, context) =>
    messagePayload(context, await context.run((database, identity) => retryMessage(database, identity, input))),

  markRead: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => markRead(database, identity, input))),

  changeStatus: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => changeStatus(database, identity, input))),

  assign: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => assign(database, identity, input))),

  setTyping: (_parent, { input }, { identity, read, tellTyping: tell }) =>
    read((sql) => setTyping({ identity, sql, tell }, input)),
};

async function messagePayload({ loaders }: Context, outcome: Outcome<{ readonly messageId: string }>) {
  if ('userErrors' in outcome) return { message: null, userErrors: outcome.userErrors };
  return { message: await loaders.message.load(outcome.messageId), userErrors: [] };
}

async function conversationPayload({ loaders }: Context, outcome: Outcome<{ readonly conversationId: string }>) {
  if ('userErrors' in outcome) return { conversation: null, userErrors: outcome.userErrors };
  return { conversation: await loaders.conversation.load(outcome.conversationId), userErrors: [] };
}
