import { rateAnswer } from '../../commands/bot/rateAnswer.ts';
import { retryMessage } from '../../commands/retryMessage.ts';
import { deleteMessage, editMessage } from '../../commands/reviseMessage.ts';
import { sendMessage } from '../../commands/sendMessage.ts';
import { setTyping } from '../../commands/setTyping.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import { messagePayload } from './payloads.ts';

export const messageMutations = {
  sendMessage: async (_parent, { input }, context) => {
    const uploads = input.uploadIds?.map((id) => context.readUpload(id));
    return messagePayload(
      context,
      await context.run((database, identity) => sendMessage(database, identity, { ...input, uploads })),
    );
  },

  retryMessage: async (_parent, { input }, context) =>
    messagePayload(context, await context.run((database, identity) => retryMessage(database, identity, input))),

  editMessage: async (_parent, { input }, context) =>
    messagePayload(context, await context.run((database, identity) => editMessage(database, identity, input))),

  deleteMessage: async (_parent, { input }, context) =>
    messagePayload(context, await context.run((database, identity) => deleteMessage(database, identity, input))),

  rateAnswer: async (_parent, { input }, context) =>
    messagePayload(context, await context.run((database, identity) => rateAnswer(database, identity, input))),

  setTyping: (_parent, { input }, { identity, read, tellTyping: tell }) =>
    read((sql, viewer) => setTyping({ identity, viewer, sql, tell }, input)),
} satisfies MutationResolvers;
