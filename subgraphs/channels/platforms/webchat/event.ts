import { z } from 'zod';
import { attachment, id, instant } from '#schema/events/values.ts';
import { platformId, storable } from '../fields.ts';

const file = z.object({
  id,
  fileKey: platformId,
  kind: attachment.shape.kind,
  name: storable.nullable(),
  mimeType: storable,
  /** Bytes. */
  size: z.int().nonnegative(),
});

/** What a visitor does, as the graph's mutations keep it. `at` is our own time. */
export const webChatEvent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('message'),
    visitorId: id,
    clientId: platformId,
    /** Of a user of the site who has signed in; null for who has not. */
    name: storable.nullable(),
    text: storable.nullable(),
    files: z.array(file),
    at: instant,
  }),
  z.object({ kind: z.literal('read'), visitorId: id, upToMessageId: id, at: instant }),
]);
export type WebChatEvent = z.output<typeof webChatEvent>;
