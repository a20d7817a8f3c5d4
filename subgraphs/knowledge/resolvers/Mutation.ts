import { addDocument } from '../commands/addDocument.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';

export const Mutation: MutationResolvers = {
  addDocument: (_parent, { input }, { database, identity }) => addDocument(database, identity, input),
};
