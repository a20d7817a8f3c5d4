import type { AttachmentKind, Platform } from './events/values.ts';

/** How a platform shows a file; a document is for opening elsewhere. */
export type Medium = 'IMAGE' | 'VIDEO' | 'AUDIO' | 'STICKER' | 'DOCUMENT';

interface MediumRule {
  /** Null is any. */
  readonly types: readonly string[] | null;
  /** Bytes. */
  readonly largest: number;
}
type FileRules = Readonly<Partial<Record<Medium, MediumRule>>>;

const KB = 1024;
const MB = 1024 * KB;

const audio = ['audio/aac', 'audio/mp4', 'audio/x-m4a', 'audio/m4a', 'audio/wav', 'audio/vnd.wave', 'audio/x-wav'];
const messengerImages = { types: ['image/png', 'image/jpeg', 'image/gif'], largest: 8 * MB };

/**
 * What may be sent to a person, as the platforms say it:
 * https://core.telegram.org/bots/api#sending-files (a photo has 10 MB, anything else 50),
 * https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api,
 * https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/attachment-upload,
 * https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types. WhatsApp's list of documents is
 * shorter than what it takes, so their type is left to it.
 */
const rules: Readonly<Record<Platform, FileRules>> = {
  TELEGRAM: {
    IMAGE: { types: ['image/jpeg', 'image/png', 'image/webp'], largest: 10 * MB },
    VIDEO: { types: ['video/mp4'], largest: 50 * MB },
    AUDIO: { types: ['audio/mpeg', 'audio/mp4', 'audio/x-m4a', 'audio/m4a', 'audio/ogg'], largest: 50 * MB },
    DOCUMENT: { types: null, largest: 50 * MB },
  },
  MESSENGER: {
    IMAGE: messengerImages,
    VIDEO: { types: null, largest: 25 * MB },
    AUDIO: { types: null, largest: 25 * MB },
    DOCUMENT: { types: null, largest: 25 * MB },
  },
  INSTAGRAM: {
    IMAGE: messengerImages,
    VIDEO: {
      types: ['video/mp4', 'video/ogg', 'video/x-msvideo', 'video/vnd.avi', 'video/quicktime', 'video/webm'],
      largest: 25 * MB,
    },
    AUDIO: { types: audio, largest: 25 * MB },
    DOCUMENT: { types: ['application/pdf'], largest: 25 * MB },
  },
  WHATSAPP: {
    IMAGE: { types: ['image/jpeg', 'image/png'], largest: 5 * MB },
    VIDEO: { types: ['video/mp4', 'video/3gpp'], largest: 16 * MB },
    AUDIO: {
      types: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/x-m4a', 'audio/m4a', 'audio/ogg'],
      largest: 16 * MB,
    },
    STICKER: { types: ['image/webp'], largest: 500 * KB },
    DOCUMENT: { types: null, largest: 100 * MB },
  },
  // A visitor gets a link.
  WEB_CHAT: { DOCUMENT: { types: null, largest: Infinity } },
};

/** What is known of a file before it is sent. */
export interface FileToSend {
  readonly kind: AttachmentKind;
  readonly mimeType: string | null;
  /** Bytes. */
  readonly size: number | null;
}

const wishes: Readonly<Record<AttachmentKind, readonly Medium[]>> = {
  IMAGE: ['IMAGE'],
  VIDEO: ['VIDEO'],
  AUDIO: ['AUDIO'],
  STICKER: ['STICKER', 'IMAGE'],
  // Somebody who gives a picture as a file wants it to arrive as it is: platforms shrink pictures.
  FILE: [],
  LOCATION: [],
  OTHER: [],
};

/**
 * By what a file goes out on a platform: shown as what it is where the platform takes it so, else as a document. What is not
 * known of it speaks for it: the platform will say.
 *
 * @returns Undefined when the platform takes it in no way.
 */
export function mediumOn(platform: Platform, file: FileToSend): Medium | undefined {
  return [...wishes[file.kind], 'DOCUMENT' as const].find((medium) => takes(rules[platform][medium], file));
}

function takes(rule: MediumRule | undefined, { mimeType, size }: FileToSend): boolean {
  if (!rule) return false;
  const type = mimeType?.split(';')[0]?.trim().toLowerCase();
  return (size ?? 0) <= rule.largest && (rule.types === null || type === undefined || rule.types.includes(type));
}

/** Why {@link mediumOn} found none, for whoever wants to send the file. */
export function fileRefusal(platform: Platform, { mimeType, size }: FileToSend): string {
  const { types = null, largest = 0 } = rules[platform].DOCUMENT ?? {};
  if ((size ?? 0) > largest) return `A file may have ${largest / MB} MB there; this one has ${megabytes(size ?? 0)}.`;
  return `Files of the type ${mimeType ?? 'it has'} are not taken there, only pictures, films, sound and ${(types ?? []).join(', ')}.`;
}

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`;
}

const extensions: ReadonlyMap<string, string> = new Map(
  Object.entries({
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    png: 'image/png',
    gif: 'image/gif',
    webp: 'image/webp',
    heic: 'image/heic',
    mp4: 'video/mp4',
    m4v: 'video/mp4',
    mov: 'video/quicktime',
    webm: 'video/webm',
    '3gp': 'video/3gpp',
    mp3: 'audio/mpeg',
    m4a: 'audio/mp4',
    aac: 'audio/aac',
    ogg: 'audio/ogg',
    oga: 'audio/ogg',
    opus: 'audio/ogg',
    amr: 'audio/amr',
    wav: 'audio/wav',
    pdf: 'application/pdf',
    zip: 'application/zip',
    txt: 'text/plain',
    csv: 'text/csv',
    doc: 'application/msword',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xls: 'application/vnd.ms-excel',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    ppt: 'application/vnd.ms-powerpoint',
    pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  }),
);

/** What a file is, as far as its name or address says; null when it does not. */
export function typeByName(name: string): string | null {
  return extensions.get(/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '') ?? null;
}
