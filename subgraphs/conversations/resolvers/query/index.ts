import type { QueryResolvers } from '../../generated/resolvers.ts';
import { chatQuery } from '../chat.ts';
import { cannedResponseQueries } from './cannedResponses.ts';
import { conversationQueries } from './conversations.ts';
import { draftQueries } from './drafts.ts';
import { notificationQueries } from './notifications.ts';
import { peopleQueries } from './people.ts';

export const query: QueryResolvers = {
  ...conversationQueries,
  ...peopleQueries,
  ...notificationQueries,
  ...cannedResponseQueries,
  ...draftQueries,
  ...chatQuery,
};
