import { z } from 'zod';
import { id } from './values.ts';

/** An agent goes on writing, has sent it or thrown it away. What it says is of nobody else, so the event does not. */
export const changed = {
  version: 1,
  data: z.object({
    agentId: id,
    conversationId: id,
    kind: z.enum(['REPLY', 'NOTE']),
    /** Null: there is none any more. */
    draftId: id.nullable(),
  }),
} as const;
