import type { Resolvers } from '../generated/resolvers.ts';
import { chatMutation } from './chat.ts';
import { Channel } from './Channel.ts';
import { Company } from './Company.ts';
import { Query } from './Query.ts';

export const resolvers: Resolvers = { Query, Mutation: chatMutation, Company, Channel };
