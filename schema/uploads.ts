import { z } from 'zod';
import { attachment, id } from './events/values.ts';

/** Signed by the channels, which keep an agent's file, and read by the conversations, where it is sent with a message. */
export const UPLOAD_PURPOSE = 'upload';

/** A file that an agent has given us, to be sent. */
export const upload = z.object({
  companyId: id,
  id,
  fileKey: z.string().min(1),
  kind: attachment.shape.kind,
  name: z.string().nullable(),
  mimeType: z.string(),
  /** Bytes. */
  size: z.int().nonnegative(),
});
export type Upload = z.output<typeof upload>;
