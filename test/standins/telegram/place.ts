import { z } from 'zod';

export const LONGEST_TEXT = 4096;
export const LONGEST_CAPTION = 1024;

/** How a call says which chat it is about. */
export const place = z.object({
  chat_id: z.union([z.int(), z.string().regex(/^-?\d+$|^@\w+$/)]).transform(String),
  business_connection_id: z.string().optional(),
});
