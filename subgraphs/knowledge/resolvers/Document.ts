import type { DocumentImportResolvers, DocumentResolvers } from '../generated/resolvers.ts';

/** What nobody works on yet. */
const waiting = { stage: 'WAITING', done: 0, total: null } as const;

export const Document: DocumentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.document.load(id),
  progress: ({ status, progress }) => (status === 'QUEUED' ? (progress ?? waiting) : null),
};

export const DocumentImport: DocumentImportResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.documentImport.load(id),
};
