import { z } from 'zod';
import { id } from './values.ts';

const contactChange = z.enum(['DETAILS', 'BLOCKED', 'UNBLOCKED', 'NOTES']);
export type ContactChange = z.output<typeof contactChange>;

/** Somebody of the company changed what is kept of a contact. */
export const contactChanged = { version: 1, data: z.object({ contactId: id, change: contactChange }) } as const;
