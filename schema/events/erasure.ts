import { z } from 'zod';
import { id } from './values.ts';

/**
 * Conversations has erased something, and whoever keeps anything derived from it erases that too. Told in parts, each of
 * which may come again. Without a job it was by the company's rule of how long contents are kept: then nobody answers, and
 * figures are not touched.
 */
export const erased = {
  version: 1,
  data: z.object({
    jobId: id.nullable(),
    partId: id,
    /** Whose identities they were, those who were merged included. */
    contactIds: z.array(id),
    identities: z.array(z.object({ channelId: id, externalId: z.string(), threadExternalId: z.string() })),
    messages: z.array(z.object({ channelId: id, messageId: id, externalId: z.string().nullable() })),
    fileKeys: z.array(z.string().min(1)),
    /** The job's last part: with the answer to it the context is done. */
    last: z.boolean(),
  }),
} as const;

/** The answer of a context: what it had of a part, and has no longer. */
export const erasedThere = {
  version: 1,
  data: z.object({
    jobId: id,
    partId: id,
    counts: z.record(z.string(), z.int().nonnegative()),
    last: z.boolean(),
  }),
} as const;
