import { assign } from '../../commands/assign.ts';
import { changeStatus } from '../../commands/changeStatus.ts';
import { markRead } from '../../commands/markRead.ts';
import { markUnread } from '../../commands/markUnread.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import { conversationPayload } from './payloads.ts';

export const conversationMutations = {
  markRead: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => markRead(database, identity, input))),

  markUnread: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => markUnread(database, identity, input))),

  changeStatus: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => changeStatus(database, identity, input))),

  assign: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => assign(database, identity, input))),
} satisfies MutationResolvers;
