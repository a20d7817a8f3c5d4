import { z } from 'zod';
import { id } from './values.ts';

const contactChange = z.enum(['DETAILS', 'BLOCKED', 'UNBLOCKED', 'NOTES', 'MERGED', 'ERASED']);
export type ContactChange = z.output<typeof contactChange>;

/** Whose some of the contact's conversations are. */
const contactPlace = z.object({ teamId: id.nullable(), assigneeId: id.nullable() });
export type ContactPlace = z.output<typeof contactPlace>;
/** Without them, the event is for those who see everything. */
const places = z.array(contactPlace).default([]);

/** Somebody of the company changed what is kept of a contact. */
export const contactChanged = { version: 1, data: z.object({ contactId: id, change: contactChange, places }) } as const;

/** Two contacts became one, or, with `undone`, two again. Until then the id of `fromId` stands for `intoId`. */
export const contactMerged = {
  version: 1,
  data: z.object({
    mergeId: id,
    intoId: id,
    fromId: id,
    undone: z.boolean(),
    /** Of `intoId`. */
    places,
    /** Of `fromId`, which has some again when the merge is undone. */
    fromPlaces: places,
  }),
} as const;
