import type { MutationResolvers } from '../../generated/resolvers.ts';
import { chatMutation } from '../chat.ts';
import { cannedResponseMutations } from './cannedResponses.ts';
import { conversationMutations } from './conversations.ts';
import { draftMutations } from './drafts.ts';
import { messageMutations } from './messages.ts';
import { notificationMutations } from './notifications.ts';

export const mutation: MutationResolvers = {
  ...conversationMutations,
  ...messageMutations,
  ...notificationMutations,
  ...cannedResponseMutations,
  ...draftMutations,
  ...chatMutation,
};
