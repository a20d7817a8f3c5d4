import type { QueryResolvers } from '../../generated/resolvers.ts';
import { bulkQuery } from '../bulk.ts';
import { assignmentQueries } from '../assignment.ts';
import { chatQuery } from '../chat.ts';
import { auditQueries } from './audit.ts';
import { contactQueries } from './contacts.ts';
import { conversationQueries } from './conversations.ts';
import { privacyQueries } from './privacy.ts';
import { cannedResponseQueries } from './cannedResponses.ts';
import { draftQueries } from './drafts.ts';
import { notificationQueries } from './notifications.ts';
import { partnerQueries } from './partners.ts';
import { peopleQueries } from './people.ts';
import { settingsQueries } from './settings.ts';
import { viewsQuery } from '../views.ts';

export const query: QueryResolvers = {
  ...conversationQueries,
  ...peopleQueries,
  ...partnerQueries,
  ...assignmentQueries,
  ...settingsQueries,
  ...contactQueries,
  ...auditQueries,
  ...privacyQueries,
  ...notificationQueries,
  ...cannedResponseQueries,
  ...draftQueries,
  ...bulkQuery,
  ...viewsQuery,
  ...chatQuery,
};
