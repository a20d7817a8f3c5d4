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
