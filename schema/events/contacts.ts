import { z } from 'zod';
import { id } from './values.ts';

const contactChange = z.enum(['DETAILS', 'BLOCKED', 'UNBLOCKED', 'NOTES', 'MERGED']);
export type ContactChange = z.output<typeof contactChange>;

/** Somebody of the company changed what is kept of a contact. */
export const contactChanged = { version: 1, data: z.object({ contactId: id, change: contactChange }) } as const;

/** Two contacts became one, or, with `undone`, two again. Until then the id of `fromId` stands for `intoId`. */
export const contactMerged = {
  version: 1,
  data: z.object({ mergeId: id, intoId: id, fromId: id, undone: z.boolean() }),
} as const;
