import { z } from 'zod';
import { id } from './values.ts';

export const documentAdded = { version: 1, data: z.object({ documentId: id }) } as const;

export const documentIndexed = {
  version: 1,
  data: z.object({ documentId: id, chunkCount: z.int().nonnegative() }),
} as const;

export const documentFailed = { version: 1, data: z.object({ documentId: id, reason: z.string() }) } as const;
