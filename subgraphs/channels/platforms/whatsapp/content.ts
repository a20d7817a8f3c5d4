import type { z } from 'zod';
import { Poison } from '#platform/events/errors.ts';
import type { Attachment, AttachmentKind } from '#schema/events/values.ts';
import { fileAttachment, locationAttachment } from '../attachment.ts';
import { readEvent } from '../fields.ts';
import { lines, withheldText } from '../words.ts';
import { contentSchemas, type WhatsappContent, type WhatsappMedia } from './contentSchemas.ts';
import type { WhatsappError } from './events.ts';
import { flowAnswers } from './flowAnswers.ts';

export interface Content {
  readonly text: string | null;
  readonly attachments: Attachment[];
  /** What a button that was pressed stands for. */
  readonly payload: string | null;
}

interface Told {
  readonly type: string;
  readonly errors?: readonly WhatsappError[] | undefined;
  readonly unsupported?: { readonly type: string } | undefined;
  readonly [field: string]: unknown;
}

type Read = (message: { readonly [field: string]: unknown }) => Partial<Content>;

const { text, image, document, audio, voice, video, sticker, location, contacts, interactive, button, order } =
  contentSchemas;

const contents: ReadonlyMap<string, Read> = new Map([
  content('text', text, ({ body }) => ({ text: body })),
  content('image', image, mediaOf('IMAGE')),
  content('document', document, mediaOf('FILE')),
  content('audio', audio, mediaOf('AUDIO')),
  content('voice', voice, mediaOf('AUDIO')),
  content('video', video, mediaOf('VIDEO')),
  content('sticker', sticker, mediaOf('STICKER')),
  content('location', location, (place) => ({
    text: lines(place.name, place.address),
    attachments: [locationAttachment(place)],
  })),
  content('contacts', contacts, (cards) => ({ text: cards.map(cardText).filter(Boolean).join('\n\n') })),
  content('interactive', interactive, answerOf),
  content('button', button, ({ text: label, payload }) => ({ text: label, payload: payload ?? null })),
  content('order', order, orderOf),
]);

function content<Schema extends z.ZodType>(
  type: string,
  schema: Schema,
  read: (value: z.output<Schema>) => Partial<Content>,
): [string, Read] {
  return [type, (message) => read(readEvent(schema, message[type], `a message of type ${type} of WhatsApp`))];
}

/** What WhatsApp tells of instead of handing it out: polls, messages for one view, errors in fetching. */
const withheld = new Set(['unsupported', 'unknown', 'errors']);

/**
 * What an agent can read and see of a message.
 *
 * @throws Poison when no rule knows its type.
 */
export function contentOf(message: Told): Content {
  const { type, errors = [] } = message;
  if (withheld.has(type) || (errors.length > 0 && !(type in message))) {
    return { text: withheldText('WhatsApp', reasonOf(message)), attachments: [], payload: null };
  }
  const read = contents.get(type);
  if (!read) throw Poison.because(`no rule for messages of type ${type}`);
  const { text: words, attachments = [], payload = null } = read(message);
  if (!words && attachments.length === 0) throw Poison.because(`a message of type ${type} without content`);
  return { text: words || null, attachments, payload };
}

function mediaOf(kind: AttachmentKind): (media: WhatsappMedia) => Partial<Content> {
  return ({ id, mime_type, caption, filename }) => ({
    text: caption ?? null,
    attachments: [fileAttachment({ kind, platformFileId: id, mimeType: mime_type || null, name: filename || null })],
  });
}

function answerOf(answer: WhatsappContent<'interactive'>): Partial<Content> {
  switch (answer.type) {
    case 'button_reply':
      return { text: answer.button_reply.title, payload: answer.button_reply.id };
    case 'list_reply':
      return { text: answer.list_reply.title, payload: answer.list_reply.id };
    case 'nfm_reply': {
      const { body, response_json: json } = answer.nfm_reply;
      return { text: lines(body, ...flowAnswers(json)) || json, payload: json };
    }
    case 'call_permission_reply': {
      const { response } = answer.call_permission_reply;
      return { text: `Calls: ${response}`, payload: response };
    }
  }
}

function cardText({ name, org, phones, emails }: WhatsappContent<'contacts'>[number]): string {
  const numbers = phones.map(({ phone, wa_id }) => phone || (wa_id && `+${wa_id}`));
  return lines(name?.formatted_name || name?.first_name, org?.company, ...numbers, ...emails.map(({ email }) => email));
}

function orderOf({ text: note, product_items }: WhatsappContent<'order'>): Partial<Content> {
  const items = product_items.map(({ quantity, product_retailer_id: product, item_price, currency }) => {
    const price = item_price === undefined ? '' : ` (${item_price} ${currency ?? ''})`;
    return `${quantity} × ${product}${price}`;
  });
  return { text: lines(note, ...items) };
}

function reasonOf({ errors, unsupported }: Told): string {
  if (unsupported && unsupported.type !== 'unknown') return unsupported.type.replaceAll('_', ' ');
  const [error] = errors ?? [];
  return error?.error_data?.details || error?.title || error?.message || 'it gives no reason';
}
