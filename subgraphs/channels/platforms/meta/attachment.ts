import { v7 } from 'uuid';
import { z } from 'zod';
import type { Attachment, AttachmentKind } from '#schema/events/values.ts';
import { unknownAttachment } from '../attachment.ts';
import { idOrNull, text, webAddress } from './fields.ts';

const elements = z.array(z.object({ title: text })).nullish();

/**
 * One attachment of a message or an echo.
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages
 */
export const attachment = z.object({
  type: z.string(),
  title: text,
  url: webAddress,
  payload: z
    .object({
      url: webAddress,
      title: text,
      /** Of a template with buttons: the question. */
      text,
      /** Of a template with cards. */
      elements,
      /** Of a product out of the catalogue. */
      product: z.object({ elements }).nullish(),
      sticker_id: idOrNull,
      coordinates: z.object({ lat: z.number().min(-90).max(90), long: z.number().min(-180).max(180) }).nullish(),
    })
    .nullish(),
});
export type MetaAttachment = z.output<typeof attachment>;

/** What is not here is a share, a mention, a template or newer than this list: of a kind that the type does not tell. */
const kinds = new Map<string, AttachmentKind>([
  ['image', 'IMAGE'],
  ['video', 'VIDEO'],
  ['audio', 'AUDIO'],
  ['file', 'FILE'],
  ['sticker', 'STICKER'],
  ['location', 'LOCATION'],
  ['reel', 'VIDEO'],
  ['ig_reel', 'VIDEO'],
]);

const files = new Set(['image', 'video', 'audio', 'file', 'sticker']);

/** Where Meta keeps files; a share's address can be that of a page just as well. */
const cdn = /(^|\.)(fbcdn\.net|fbsbx\.com|cdninstagram\.com)$/;

/** Only what has a file gets an id, and is fetched by it: a link stays the link that it is. */
export function toAttachment({ type, title, url, payload }: MetaAttachment): Attachment {
  const address = payload?.url ?? url;
  const hasFile = address !== null && (files.has(type) || cdn.test(new URL(address).hostname));
  return {
    ...unknownAttachment,
    id: hasFile ? v7() : null,
    kind: payload?.sticker_id ? 'STICKER' : (kinds.get(type) ?? 'OTHER'),
    url: address,
    name: title ?? payload?.title ?? payload?.text ?? firstTitle(payload?.elements ?? payload?.product?.elements),
    latitude: payload?.coordinates?.lat ?? null,
    longitude: payload?.coordinates?.long ?? null,
  };
}

function firstTitle(cards: readonly { readonly title: string | null }[] | null | undefined): string | null {
  return cards?.find(({ title }) => title)?.title ?? null;
}
