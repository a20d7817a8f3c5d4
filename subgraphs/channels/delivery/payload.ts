import { z } from 'zod';
import { attachment } from '#schema/events/values.ts';

/** What of a message is needed to send it: kept until then, whatever becomes of its event. */
export const deliveryPayload = z.object({
  text: z.string().nullable(),
  attachments: z.array(attachment),
  replyToExternalId: z.string().nullable(),
  authorKind: z.enum(['AGENT', 'BOT', 'PARTNER']),
});
export type DeliveryPayload = z.output<typeof deliveryPayload>;
