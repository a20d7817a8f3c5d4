import { z } from 'zod';
import { platformId, storable, unixSeconds } from '../fields.ts';

/** People who have a username may hide their number: it is absent then, or empty. */
const maybeId = storable.optional().transform((id) => id || undefined);

/** Seconds, as a text. */
const timestamp = z
  .string()
  .regex(/^\d{1,12}$/)
  .transform(Number)
  .pipe(unixSeconds);

const error = z.object({
  code: z.int(),
  title: storable.optional(),
  message: storable.optional(),
  error_data: z.object({ details: storable.optional() }).optional(),
});
export type WhatsappError = z.output<typeof error>;

const contact = z.object({
  profile: z.object({ name: storable.optional(), username: storable.optional() }).optional(),
  wa_id: maybeId,
  /** Who it is for this business, with or without a number. */
  user_id: maybeId,
});
export type WhatsappContact = z.output<typeof contact>;

/** What messages of both directions have in common; the content stands in the field that `type` names. */
const anyMessage = z.looseObject({
  id: platformId,
  timestamp,
  type: platformId,
  group_id: maybeId,
  context: z
    .object({
      id: maybeId,
      referred_product: z.object({ product_retailer_id: storable.optional() }).optional(),
    })
    .optional(),
  errors: z.array(error).optional(),
  unsupported: z.object({ type: storable }).optional().catch(undefined),
});
export type WhatsappAnyMessage = z.output<typeof anyMessage>;

const message = anyMessage.extend({
  from: maybeId,
  from_user_id: maybeId,
  referral: z
    .object({
      source_url: storable.optional(),
      source_id: storable.optional(),
      source_type: storable.optional(),
      headline: storable.optional(),
      ctwa_clid: storable.optional(),
    })
    .optional(),
});
export type WhatsappMessage = z.output<typeof message>;

const echo = anyMessage.extend({ to: maybeId, to_user_id: maybeId });
export type WhatsappEcho = z.output<typeof echo>;

const status = z.looseObject({
  id: platformId,
  status: storable,
  timestamp,
  recipient_type: storable.optional(),
  recipient_id: maybeId,
  recipient_user_id: maybeId,
  biz_opaque_callback_data: storable.optional(),
  errors: z.array(error).optional(),
});
export type WhatsappStatus = z.output<typeof status>;

/** One change of a webhook (https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages). */
export const changeSchema = z.object({ field: platformId, value: z.looseObject({}) });

export const valueSchema = z.looseObject({
  contacts: z.array(contact).default([]),
  messages: z.array(message).default([]),
  message_echoes: z.array(echo).default([]),
  statuses: z.array(status).default([]),
  errors: z.array(error).default([]),
});
export type WhatsappValue = z.output<typeof valueSchema>;

export const editSchema = z.object({ original_message_id: platformId, message: z.looseObject({ type: platformId }) });
export const revokeSchema = z.object({ original_message_id: platformId });
export const reactionSchema = z.object({ message_id: platformId, emoji: storable.optional() });
export const systemSchema = z.object({
  type: storable,
  wa_id: maybeId,
  /** Until version 12 of the API instead of `wa_id`. */
  new_wa_id: maybeId,
  customer: maybeId,
  user_id: maybeId,
  previous_user_id: maybeId,
});
