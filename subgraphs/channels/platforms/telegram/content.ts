import { Poison } from '#platform/events/errors.ts';
import type { Attachment } from '#schema/events/values.ts';
import { fileAttachment, locationAttachment } from '../attachment.ts';
import type { InboundChannel } from '../inbound.ts';
import { lines, withheldText } from '../words.ts';
import { nameOf } from './who.ts';
import type { TelegramMessage } from './update.ts';

export interface Content {
  readonly text: string | null;
  readonly attachments: Attachment[];
}

const files = [
  ['animation', 'VIDEO', 'video/mp4'],
  ['document', 'FILE', null],
  ['audio', 'AUDIO', null],
  ['voice', 'AUDIO', 'audio/ogg'],
  ['video', 'VIDEO', null],
  ['video_note', 'VIDEO', 'video/mp4'],
  ['sticker', 'STICKER', null],
] as const;

/** Content that bots are told of and do not get. */
const withheld = ['story', 'paid_media', 'giveaway', 'giveaway_winners', 'invoice'];

/**
 * What an agent can read and see of a message.
 *
 * @throws Poison when no rule knows what it holds.
 */
export function contentOf(channel: InboundChannel, message: TelegramMessage): Content {
  const attachments = attachmentsOf(channel, message);
  const words = message.text || message.caption || describe(message);
  if (!words && attachments.length === 0) {
    throw Poison.because(`no rule for a message of ${Object.keys(message).join(', ')}`);
  }
  return { text: lines(foreignQuote(message), words) || null, attachments };
}

/** Words for what has none. */
function describe(message: TelegramMessage): string {
  const { venue, contact, dice, poll, checklist, game, web_app_data } = message;
  if (venue) return lines(venue.title, venue.address);
  if (contact) return lines(nameOf(contact), contact.phone_number);
  if (dice) return `${dice.emoji || '🎲'} ${dice.value}`;
  if (poll) return lines(poll.question, ...poll.options.map(({ text }) => `○ ${text}`));
  if (checklist) {
    return lines(checklist.title, ...checklist.tasks.map((task) => `${task.completion_date ? '☑' : '☐'} ${task.text}`));
  }
  if (game) return lines(game.title, game.description);
  if (web_app_data) return web_app_data.button_text;
  const what = withheld.find((field) => field in message);
  return what ? withheldText('Telegram', what.replaceAll('_', ' ')) : '';
}

/** Telegram hands files out by id for the bot's token only, so there is an id here and no address. */
function attachmentsOf(channel: InboundChannel, message: TelegramMessage): Attachment[] {
  const attachments: Attachment[] = [];
  const { chat, message_id } = message;
  // Two bots of one group see the same numbers.
  const named = (file: { readonly file_unique_id?: string | undefined; readonly file_id: string }): string =>
    `${channel.id}:${chat.id}:${message_id}:${file.file_unique_id ?? file.file_id}`;
  // One picture in several sizes, the largest last; always a JPEG.
  const photo = message.photo?.at(-1);
  if (photo) {
    const size = photo.file_size ?? null;
    const image = { kind: 'IMAGE', platformFileId: photo.file_id, mimeType: 'image/jpeg', size } as const;
    attachments.push(fileAttachment(image, named(photo)));
  }
  for (const [field, kind, mimeType] of files) {
    const file = message[field];
    // An animation is told twice, for programs that do not know of animations.
    if (!file || (field === 'document' && message.animation)) continue;
    attachments.push(
      fileAttachment(
        {
          // Most animations are films without sound.
          kind: field === 'animation' && file.mime_type === 'image/gif' ? 'IMAGE' : kind,
          platformFileId: file.file_id,
          name: file.file_name || null,
          mimeType: file.mime_type || mimeType,
          size: file.file_size ?? null,
        },
        named(file),
      ),
    );
  }
  // A venue is told twice likewise, as itself and as its place.
  const place = message.venue?.location ?? message.location;
  if (place) attachments.push(locationAttachment({ ...place, name: message.venue?.title }));
  return attachments;
}

/** What is quoted of another chat could not be looked up in this one. */
function foreignQuote({ external_reply, quote }: TelegramMessage): string {
  return external_reply && quote ? quote.text.replaceAll(/^/gm, '> ') : '';
}
