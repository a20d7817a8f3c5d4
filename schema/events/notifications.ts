import { z } from 'zod';
import { id } from './values.ts';

/** Agents are to know something: all those whom one fact concerns. Of interest to each of them, and to nobody else. */
export const added = {
  version: 1,
  data: z.object({
    recipients: z
      .array(z.object({ agentId: id, notificationId: id, unreadCount: z.int().nonnegative() }))
      .min(1)
      .readonly(),
  }),
} as const;

/** An agent has seen some of them. */
export const read = {
  version: 1,
  data: z.object({ agentId: id, unreadCount: z.int().nonnegative() }),
} as const;
