import type { AttachmentKind } from '#schema/events/values.ts';
import type { OutgoingFile, OutgoingMessage, OutgoingPart } from '../outbound.ts';
import { splitText } from '../splitText.ts';

/** The most that Telegram takes, in UTF-16 units. */
const LONGEST_TEXT = 4096;
const LONGEST_CAPTION = 1024;

/**
 * Every file goes by itself, with the text below the first where it fits there. A longer text goes before the files, so that
 * it is read first.
 */
export function partsOf({ text, files }: OutgoingMessage): OutgoingPart[] {
  const words = text?.trim() ?? '';
  const caption = files.length > 0 && words !== '' && words.length <= LONGEST_CAPTION ? words : null;
  const texts = caption === null ? splitText(words, LONGEST_TEXT).map((part) => ({ text: part })) : [];
  return [...texts, ...files.map((file, index) => ({ file, caption: index === 0 ? caption : null }))];
}

/** How a file is shown, and the name of its field: `sendPhoto` takes a `photo`. */
type Medium = 'photo' | 'animation' | 'video' | 'audio' | 'voice' | 'document';

/** What Telegram shows as such (https://core.telegram.org/bots/api#available-methods); it hands on the rest as documents. */
const byType: Readonly<Record<string, Medium>> = {
  'image/jpeg': 'photo',
  'image/png': 'photo',
  'image/webp': 'photo',
  'image/gif': 'animation',
  'video/mp4': 'video',
  'audio/mpeg': 'audio',
  'audio/mp4': 'audio',
  'audio/x-m4a': 'audio',
  'audio/ogg': 'voice',
};
const byKind: Readonly<Partial<Record<AttachmentKind, Medium>>> = {
  IMAGE: 'photo',
  STICKER: 'photo',
  VIDEO: 'video',
  AUDIO: 'audio',
};

export function mediumOf({ kind, mimeType }: OutgoingFile): Medium {
  // Somebody who gives a picture as a file wants it to arrive as it is: Telegram shrinks photos.
  if (kind === 'FILE') return 'document';
  const type = mimeType?.split(';')[0]?.trim().toLowerCase();
  return (type === undefined ? byKind[kind] : byType[type]) ?? 'document';
}
