import type { Readable } from 'node:stream';
import { FileStoreError } from '#platform/files/errors.ts';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { PublicFetch } from '#platform/http/publicFetch.ts';
import { PublicFetchError } from '#platform/http/publicFetchError.ts';
import { typeByName } from '#schema/platformFiles.ts';
import { failure } from '../platforms/failure.ts';
import type { OutgoingFile, Refusal } from '../platforms/outbound.ts';
import { fileNameIn } from './fileName.ts';

export interface FileToUpload {
  /** To be read to its end, or destroyed. */
  readonly stream: Readable;
  /** Bytes; null when it shows at the end. */
  readonly size: number | null;
  readonly name: string | null;
  readonly mimeType: string | null;
}

/**
 * Opens a file that a platform does not fetch by itself: our own copy, or what is at an address.
 *
 * @throws What {@link fileTrouble} knows.
 */
export type OpenFile = (
  file: OutgoingFile,
  options: { readonly maxBytes: number; readonly signal: AbortSignal },
) => Promise<FileToUpload>;

export function createOpenFile({
  store,
  fetcher,
}: {
  readonly store: Pick<FileStore, 'get'>;
  readonly fetcher: Pick<PublicFetch, 'open'>;
}): OpenFile {
  return async ({ fileKey, url, name, mimeType }, options) => {
    if (fileKey === null) {
      const opened = await fetcher.open(url, options);
      const named = name ?? fileNameIn(opened.url);
      return { ...opened, name: named, mimeType: mimeType ?? saidType(opened.mimeType) ?? typeByName(named ?? '') };
    }
    const opened = await store.get(fileKey);
    if (!opened) throw PublicFetchError.notFound('it was removed');
    return { ...opened, name, mimeType };
  };
}

/** Many servers say of every file that it is bytes. */
function saidType(header: string | null): string | null {
  const type = header?.split(';')[0]?.trim().toLowerCase() ?? '';
  return ['', 'application/octet-stream', 'binary/octet-stream'].includes(type) ? null : type;
}

/** What it means for a delivery that a file could not be read: nothing was sent. */
export function fileTrouble(error: unknown): Refusal {
  if (error instanceof PublicFetchError && error.code !== 'UNAVAILABLE') {
    return { failure: failure('FILE_REFUSED', `The file cannot be had: ${error.message}.`, false), again: false };
  }
  const known = error instanceof PublicFetchError || error instanceof FileStoreError;
  const why = known ? error.message : 'reading it broke off.';
  return { failure: failure('FILE_UNAVAILABLE', `The file cannot be had now: ${why}`, true), again: true };
}
