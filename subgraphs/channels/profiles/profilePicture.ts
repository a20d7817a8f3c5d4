import { createHash } from 'node:crypto';
import { v5 } from 'uuid';
import type { PublicFetch } from '#platform/http/publicFetch.ts';
import { kindOf } from '../attachments/fileKind.ts';
import { mimeTypeOf } from '../attachments/fileType.ts';
import type { KeepFile } from '../attachments/keepFile.ts';

const MAX_BYTES = 2 * 1024 * 1024;

export type KeepPicture = (
  person: { readonly companyId: string; readonly channelId: string; readonly externalId: string },
  url: string,
  signal: AbortSignal,
) => Promise<string | null>;

/** Keeps a person's picture and gives its file key; null for what is no picture. The same picture is kept once. */
export function createKeepPicture({
  fetcher,
  keepFile,
}: {
  readonly fetcher: PublicFetch;
  readonly keepFile: KeepFile;
}): KeepPicture {
  return async ({ companyId, channelId, externalId }, url, signal) => {
    const { bytes } = await fetcher.fetch(url, { maxBytes: MAX_BYTES, signal });
    const mimeType = await mimeTypeOf(bytes, { name: null, mimeType: null });
    if (kindOf(mimeType, null) !== 'IMAGE') return null;
    // Named by what is in it: a new picture has a new address, so that none is shown from a cache for another.
    const id = v5(`${externalId}:${createHash('sha256').update(bytes).digest('hex')}`, channelId);
    const { fileKey } = await keepFile({ companyId, channelId, id, bytes, name: null });
    return fileKey;
  };
}
