import { addDocument } from '../commands/addDocument.ts';
import { importSitemap } from '../commands/importSitemap.ts';
import { refreshDocument } from '../commands/refreshDocument.ts';
import { removeDocument } from '../commands/removeDocument.ts';
import { updateDocument } from '../commands/updateDocument.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { botMutations } from './bot.ts';

export const Mutation: MutationResolvers = {
  ...botMutations,
  addDocument: (_parent, { input }, { database, identity, readUpload, readPages }) =>
    readPages(addDocument(database, identity, input, readUpload)),
  updateDocument: (_parent, { input }, { database, identity, readUpload, readPages }) =>
    readPages(updateDocument(database, identity, input, readUpload)),
  refreshDocument: (_parent, { input }, { database, identity, readPages }) =>
    readPages(refreshDocument(database, identity, input)),
  importSitemap: (_parent, { input }, { database, identity, readPages }) =>
    readPages(importSitemap(database, identity, input)),
  removeDocument: (_parent, { input }, { database, identity }) => removeDocument(database, identity, input),
};
