import type { AuthorResolvers, MessageResolvers } from '../generated/resolvers.ts';
import { present } from './pages.ts';

export const message: MessageResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.message.load(id),
  conversation: async ({ conversationId }, _args, { loaders }) =>
    present(await loaders.conversation.load(conversationId), `conversation ${conversationId}`),
  author: async ({ authorKind, authorId }, _args, { loaders }) =>
    authorKind === 'AGENT'
      ? present(await loaders.agent.load(authorId), `agent ${authorId}`)
      : present(await loaders.contact.load(authorId), `contact ${authorId}`),
  replyTo: ({ replyToId }, _args, { loaders }) => (replyToId === null ? null : loaders.message.load(replyToId)),
  // Only a bot answers from passages, and no author here is one.
  citations: () => [],
};

export const author: AuthorResolvers = {
  __resolveType: (row) => ('role' in row ? 'Agent' : 'Contact'),
};
