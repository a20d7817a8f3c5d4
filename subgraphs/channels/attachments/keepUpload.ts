import { FileStoreError } from '#platform/files/errors.ts';
import { HttpError } from '#platform/http/errors.ts';
import { FileRefused } from './fileRefused.ts';
import type { KeepFile, KeptFile, NewFile } from './keepFile.ts';

const RETRY_AFTER_SECONDS = 5;

/** Keeps a file that came in a request. @throws HttpError with what is against it. */
export async function keepUpload(keepFile: KeepFile, file: NewFile): Promise<KeptFile> {
  if (file.bytes.length === 0) throw HttpError.badRequest('The file is empty.');
  try {
    return await keepFile(file);
  } catch (error) {
    if (error instanceof FileRefused) {
      throw error.code === 'TOO_LARGE' ? HttpError.tooLarge(error.message) : HttpError.unsupportedType(error.message);
    }
    if (!(error instanceof FileStoreError)) throw error;
    const retryAfterSeconds = RETRY_AFTER_SECONDS;
    throw HttpError.unavailable('The file could not be kept: send it again.', { retryAfterSeconds, cause: error });
  }
}
