import type { Attachment, AttachmentKind } from '#schema/events/values.ts';

/** What a message's attachments are now, without forgetting the copies that were stored of them meanwhile. */
export function keepStored(known: readonly Attachment[], told: readonly Attachment[]): readonly Attachment[] {
  return told.map((attachment) => {
    const same = attachment.id !== null && known.find(({ id }) => id === attachment.id);
    return same && same.fileKey !== null && attachment.fileKey === null ? same : attachment;
  });
}

const extensions: Readonly<Partial<Record<AttachmentKind, readonly string[]>>> = {
  IMAGE: ['jpg', 'jpeg', 'png', 'gif', 'webp', 'heic'],
  VIDEO: ['mp4', 'm4v', 'mov', 'webm', '3gp'],
  AUDIO: ['mp3', 'm4a', 'aac', 'ogg', 'oga', 'opus', 'amr', 'wav'],
};

/** How a platform is to show a file, as far as its address says; everything else is sent as a file. */
export function kindOf(url: URL): AttachmentKind {
  const extension = /\.(\w+)$/.exec(url.pathname)?.[1]?.toLowerCase() ?? '';
  const kinds = Object.keys(extensions) as AttachmentKind[];
  return kinds.find((kind) => extensions[kind]?.includes(extension)) ?? 'FILE';
}
