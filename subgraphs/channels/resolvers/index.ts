import type { Resolvers } from '../generated/resolvers.ts';
import { chatMutation } from './chat.ts';
import { Channel } from './Channel.ts';
import { BusinessHours, Company } from './Company.ts';
import { Mutation } from './Mutation.ts';
import { Query } from './Query.ts';

export const resolvers: Resolvers = {
  Query,
  Mutation: { ...Mutation, ...chatMutation },
  Company,
  BusinessHours,
  Channel,
};
