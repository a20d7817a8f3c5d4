import { z } from 'zod';
import { platformId, storable } from '../fields.ts';

const media = z.object({
  id: platformId,
  mime_type: storable.optional(),
  caption: storable.optional(),
  filename: storable.optional(),
});

/** Told as a number or as a text. */
const degrees = (limit: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^-?\d{1,3}(\.\d{1,20})?$/)
        .transform(Number),
    ])
    .pipe(z.number().min(-limit).max(limit));

const interactive = z.union([
  z.object({ type: z.literal('button_reply'), button_reply: z.object({ id: storable, title: storable }) }),
  z.object({
    type: z.literal('list_reply'),
    list_reply: z.object({ id: storable, title: storable, description: storable.optional() }),
  }),
  z.object({
    type: z.literal('nfm_reply'),
    nfm_reply: z.object({ body: storable.optional(), response_json: storable }),
  }),
  z.object({
    type: z.literal('call_permission_reply'),
    call_permission_reply: z.object({ response: storable }),
  }),
]);

/** What stands in the field that a message's `type` names, for the types that people write. */
export const contentSchemas = {
  text: z.object({ body: storable }),
  image: media,
  document: media,
  audio: media,
  voice: media,
  video: media,
  sticker: media,
  location: z.object({
    latitude: degrees(90),
    longitude: degrees(180),
    name: storable.optional(),
    address: storable.optional(),
  }),
  contacts: z.array(
    z.object({
      name: z.object({ formatted_name: storable.optional(), first_name: storable.optional() }).optional(),
      org: z.object({ company: storable.optional() }).optional(),
      phones: z.array(z.object({ phone: storable.optional(), wa_id: storable.optional() })).default([]),
      emails: z.array(z.object({ email: storable.optional() })).default([]),
    }),
  ),
  interactive,
  button: z.object({ text: storable, payload: storable.optional() }),
  order: z.object({
    text: storable.optional(),
    product_items: z.array(
      z.object({
        product_retailer_id: storable,
        quantity: z.coerce.number(),
        item_price: z.coerce.number().optional(),
        currency: storable.optional(),
      }),
    ),
  }),
} as const;

export type WhatsappMedia = z.output<typeof media>;
export type WhatsappContent<Type extends keyof typeof contentSchemas> = z.output<(typeof contentSchemas)[Type]>;
