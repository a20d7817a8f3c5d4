import type { MutationResolvers } from '../../generated/resolvers.ts';
import { bulkMutation } from '../bulk.ts';
import { assignmentMutations } from '../assignment.ts';
import { chatMutation } from '../chat.ts';
import { contactMutations } from './contacts.ts';
import { conversationMutations } from './conversations.ts';
import { directoryMutations } from './directory.ts';
import { lifecycleMutations } from './lifecycle.ts';
import { mergeMutations } from './merges.ts';
import { privacyMutations } from './privacy.ts';
import { cannedResponseMutations } from './cannedResponses.ts';
import { draftMutations } from './drafts.ts';
import { messageMutations } from './messages.ts';
import { presenceMutations } from '../presence.ts';
import { partnerMutations } from './partners.ts';
import { peopleMutations } from './people.ts';

import { notificationMutations } from './notifications.ts';
import { viewsMutation } from '../views.ts';

export const mutation: MutationResolvers = {
  ...conversationMutations,
  ...directoryMutations,
  ...lifecycleMutations,
  ...messageMutations,
  ...presenceMutations,
  ...assignmentMutations,
  ...peopleMutations,
  ...partnerMutations,
  ...contactMutations,
  ...mergeMutations,
  ...privacyMutations,
  ...notificationMutations,
  ...cannedResponseMutations,
  ...draftMutations,
  ...bulkMutation,
  ...viewsMutation,
  ...chatMutation,
};
