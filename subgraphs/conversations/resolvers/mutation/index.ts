import type { MutationResolvers } from '../../generated/resolvers.ts';
import { chatMutation } from '../chat.ts';
import { conversationMutations } from './conversations.ts';
import { messageMutations } from './messages.ts';
import { peopleMutations } from './people.ts';

export const mutation: MutationResolvers = {
  ...conversationMutations,
  ...messageMutations,
  ...peopleMutations,
  ...chatMutation,
};
