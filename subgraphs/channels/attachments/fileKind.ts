import type { AttachmentKind } from '#schema/events/values.ts';

/** What browsers show as a picture. SVG is left out: it is a document that can hold scripts. */
const pictures: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/apng',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
]);

/** Containers of sound as well as of pictures: which it is, the platform knows better than the first bytes. */
const ambiguous = /^video\/(mp4|webm|ogg|3gpp2?|quicktime|mpeg)$/;

/** What a file is shown as, by its content; `claimed` decides where the content leaves it open. */
export function kindOf(mimeType: string, claimed: AttachmentKind | null): AttachmentKind {
  if (claimed === 'AUDIO' && ambiguous.test(mimeType)) return 'AUDIO';
  const kind = kindByContent(mimeType);
  return claimed === 'STICKER' && kind !== 'FILE' ? 'STICKER' : kind;
}

/** A voice message in a container of films is sound to whoever plays it. */
export function mimeTypeFor(mimeType: string, kind: AttachmentKind): string {
  return kind === 'AUDIO' ? mimeType.replace(/^video\//, 'audio/') : mimeType;
}

function kindByContent(mimeType: string): AttachmentKind {
  if (pictures.has(mimeType)) return 'IMAGE';
  if (mimeType.startsWith('video/')) return 'VIDEO';
  if (mimeType.startsWith('audio/') || mimeType === 'application/ogg') return 'AUDIO';
  return 'FILE';
}
