import type { DraftResolvers } from '../generated/resolvers.ts';
import { mentioned } from './mentions.ts';

export const draft: DraftResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.draft.load(id),
  conversation: ({ conversationId }, _args, { loaders }) => loaders.conversation.load(conversationId),
  text: ({ content }) => content.text,
  attachmentUrls: ({ content }) => content.attachmentUrls,
  replyTo: ({ content }, _args, { loaders }) =>
    content.replyToId === null ? null : loaders.message.load(content.replyToId),
  mentions: ({ content }, _args, { loaders }) => mentioned(content.mentions, loaders),
};
