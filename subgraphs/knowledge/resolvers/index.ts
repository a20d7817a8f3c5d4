import type { Resolvers } from '../generated/resolvers.ts';
import { Document } from './Document.ts';
import { Mutation } from './Mutation.ts';
import { Query } from './Query.ts';

export const resolvers: Resolvers = { Query, Mutation, Document };
