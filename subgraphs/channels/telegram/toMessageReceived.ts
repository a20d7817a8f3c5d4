import type { z } from 'zod';
import type { messageReceived } from '#schema/events/channels.ts';
import type { Attachment } from '#schema/events/values.ts';
import { externalMessageId } from './externalId.ts';
import type { TelegramMessage } from './update.ts';

type MessageReceived = z.output<typeof messageReceived.data>;

const files = [
  ['document', 'FILE', null],
  ['audio', 'AUDIO', null],
  ['voice', 'AUDIO', 'audio/ogg'],
  ['video', 'VIDEO', null],
  ['video_note', 'VIDEO', 'video/mp4'],
  ['sticker', 'STICKER', null],
] as const;

const nothing = {
  id: null,
  fileKey: null,
  url: null,
  platformFileId: null,
  name: null,
  mimeType: null,
  size: null,
  latitude: null,
  longitude: null,
} as const;

/** Says a message of Telegram in our own words; undefined when it holds nothing that an agent could read. */
export function toMessageReceived(channelId: string, message: TelegramMessage): MessageReceived | undefined {
  const { chat, from } = message;
  const text = message.text || message.caption || null;
  const attachments = attachmentsOf(message);
  if (!text && attachments.length === 0) return undefined;
  const name = from ? [from.first_name, from.last_name].filter(Boolean).join(' ') : chat.title;
  return {
    channelId,
    platform: 'TELEGRAM',
    externalMessageId: externalMessageId(chat.id, message.message_id),
    threadExternalId: String(chat.id),
    contact: {
      externalId: String(from?.id ?? chat.id),
      name: name || null,
      username: (from ?? chat).username ?? null,
      languageCode: from?.language_code ?? null,
      phone: null,
    },
    sentAt: new Date(message.date * 1_000).toISOString(),
    senderName: null,
    text,
    attachments,
    payload: null,
    story: null,
    referral: null,
    standby: false,
    replyToExternalId: message.reply_to_message
      ? externalMessageId(chat.id, message.reply_to_message.message_id)
      : null,
  };
}

/** Telegram hands files out by id for the bot's token only, so there is an id here and no address. */
function attachmentsOf(message: TelegramMessage): Attachment[] {
  const attachments: Attachment[] = [];
  // One picture in several sizes, the largest last; always a JPEG.
  const photo = message.photo?.at(-1);
  if (photo) {
    const size = photo.file_size ?? null;
    attachments.push({ ...nothing, kind: 'IMAGE', platformFileId: photo.file_id, mimeType: 'image/jpeg', size });
  }
  for (const [field, kind, mimeType] of files) {
    const file = message[field];
    if (!file) continue;
    attachments.push({
      ...nothing,
      kind,
      platformFileId: file.file_id,
      name: file.file_name ?? null,
      mimeType: file.mime_type ?? mimeType,
      size: file.file_size ?? null,
    });
  }
  if (message.location) attachments.push({ ...nothing, kind: 'LOCATION', ...message.location });
  return attachments;
}
