import type { AuthorResolvers, MessageResolvers } from '../generated/resolvers.ts';
import { mentioned } from './mentions.ts';
import { present } from './pages.ts';

export const message: MessageResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.message.load(id),
  conversation: async ({ conversationId }, _args, { loaders }) =>
    present(await loaders.conversation.load(conversationId), `conversation ${conversationId}`),
  async author({ authorKind, authorId, senderName }, _args, { loaders }) {
    switch (authorKind) {
      case 'AGENT':
        return present(await loaders.agent.load(authorId), `agent ${authorId}`);
      case 'CONTACT':
        return present(await loaders.contact.load(authorId), `contact ${authorId}`);
      case 'CHANNEL':
        return { __typename: 'Channel', id: authorId };
      case 'PARTNER':
        return { __typename: 'PartnerActor', name: senderName ?? 'Partner' };
      case 'BOT':
        return { __typename: 'Bot', id: authorId, name: senderName ?? 'Bot' };
    }
  },
  replyTo: ({ replyToId }, _args, { loaders }) => (replyToId === null ? null : loaders.message.load(replyToId)),
  reactions: async ({ id }, _args, { loaders }) => (await loaders.messageReactions.load(id)) ?? [],
  async mentions({ id }, _args, { loaders }) {
    const mentions = (await loaders.messageMentions.load(id)) ?? [];
    return mentioned(mentions, loaders);
  },
  rating: async ({ id, authorKind }, _args, { loaders }) =>
    authorKind === 'BOT' ? ((await loaders.messageRatings.load(id))?.[0]?.rating ?? null) : null,
  citations: ({ citations }) =>
    citations.map(({ documentId, quote }) => ({ document: { __typename: 'Document', id: documentId }, quote })),
};

export const author: AuthorResolvers = {
  __resolveType(row) {
    if ('__typename' in row && row.__typename) return row.__typename;
    return 'role' in row ? 'Agent' : 'Contact';
  },
};
