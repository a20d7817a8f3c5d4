import { z } from 'zod';
import { id } from './values.ts';

export const documentAdded = { version: 1, data: z.object({ documentId: id }) } as const;

/** Its title, text or source is another one. */
export const documentChanged = {
  version: 1,
  data: z.object({ documentId: id, documentVersion: z.int().positive() }),
} as const;

/** What was derived from it goes with it. */
export const documentRemoved = { version: 1, data: z.object({ documentId: id }) } as const;

export const documentIndexed = {
  version: 1,
  data: z.object({ documentId: id, chunkCount: z.int().nonnegative() }),
} as const;

export const documentFailed = { version: 1, data: z.object({ documentId: id, reason: z.string() }) } as const;

/** How far a version of a document is on its way to be found: when it begins to wait or to be read, and now and then. */
export const documentProgressed = {
  version: 1,
  data: z.object({
    documentId: id,
    documentVersion: z.int().positive(),
    stage: z.enum(['WAITING', 'READING', 'INDEXING']),
    /** Of its passages. */
    done: z.int().nonnegative(),
    /** Null until somebody knows. */
    total: z.int().nonnegative().nullable(),
  }),
} as const;

/** How far the pages of a sitemap are on their way to be documents: now and then, and at the end. */
export const importProgressed = {
  version: 1,
  data: z.object({
    importId: id,
    status: z.enum(['READING', 'RUNNING', 'DONE', 'FAILED']),
    /** Null until the sitemap was read. */
    total: z.int().nonnegative().nullable(),
    doneCount: z.int().nonnegative(),
    /** Of these. */
    failedCount: z.int().nonnegative(),
  }),
} as const;
