import { mediumOn, type FileToSend, type Medium as Shown } from '#schema/platformFiles.ts';
import type { OutgoingMessage, OutgoingPart } from '../outbound.ts';
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

const fields: Readonly<Record<Shown, Medium>> = {
  IMAGE: 'photo',
  STICKER: 'photo',
  VIDEO: 'video',
  AUDIO: 'audio',
  DOCUMENT: 'document',
};

/** What Telegram shows as such (https://core.telegram.org/bots/api#available-methods); it hands on the rest as documents. */
export function mediumOf(file: FileToSend): Medium {
  const type = file.mimeType?.split(';')[0]?.trim().toLowerCase();
  if (file.kind !== 'FILE' && type === 'image/gif') return 'animation';
  const medium = fields[mediumOn('TELEGRAM', file) ?? 'DOCUMENT'];
  return medium === 'audio' && type === 'audio/ogg' ? 'voice' : medium;
}
