import type { DocumentResolvers } from '../generated/resolvers.ts';

export const Document: DocumentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.document.load(id),
};
