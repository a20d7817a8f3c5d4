import type { NotificationResolvers } from '../generated/resolvers.ts';

export const notification: NotificationResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.notification.load(id),
  conversation: ({ conversationId }, _args, { loaders }) => loaders.conversation.load(conversationId),
  message: ({ messageId }, _args, { loaders }) => (messageId === null ? null : loaders.message.load(messageId)),
  team: ({ teamId }, _args, { loaders }) => (teamId === null ? null : loaders.team.load(teamId)),
  actor({ actorKind, actorId }, _args, { loaders }) {
    if (actorId === null) return null;
    switch (actorKind) {
      case 'agent':
        return loaders.agent.load(actorId);
      case 'contact':
        return loaders.contact.load(actorId);
      case 'bot':
      case 'system':
      case 'partner':
        return null;
    }
  },
};
