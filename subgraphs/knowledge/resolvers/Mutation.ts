import { addDocument } from '../commands/addDocument.ts';
import { removeDocument } from '../commands/removeDocument.ts';
import { updateDocument } from '../commands/updateDocument.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { botMutations } from './bot.ts';

export const Mutation: MutationResolvers = {
  ...botMutations,
  addDocument: (_parent, { input }, { database, identity, readUpload }) =>
    addDocument(database, identity, input, readUpload),
  updateDocument: (_parent, { input }, { database, identity, readUpload }) =>
    updateDocument(database, identity, input, readUpload),
  removeDocument: (_parent, { input }, { database, identity }) => removeDocument(database, identity, input),
};
