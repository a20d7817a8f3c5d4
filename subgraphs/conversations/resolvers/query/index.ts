import type { QueryResolvers } from '../../generated/resolvers.ts';
import { chatQuery } from '../chat.ts';
import { conversationQueries } from './conversations.ts';
import { peopleQueries } from './people.ts';
import { settingsQueries } from './settings.ts';

export const query: QueryResolvers = { ...conversationQueries, ...peopleQueries, ...settingsQueries, ...chatQuery };
