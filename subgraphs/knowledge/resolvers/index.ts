import type { Resolvers } from '../generated/resolvers.ts';
import { citation, conversation, unansweredQuestion } from './bot.ts';
import { Document, DocumentImport } from './Document.ts';
import { Mutation } from './Mutation.ts';
import { Query } from './Query.ts';

export const resolvers: Resolvers = {
  Query,
  Mutation,
  Document,
  DocumentImport,
  Citation: citation,
  Conversation: conversation,
  UnansweredQuestion: unansweredQuestion,
};
