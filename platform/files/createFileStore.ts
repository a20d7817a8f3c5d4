import { createBucketStore } from './bucketStore.ts';
import { createDirectoryStore } from './directoryStore.ts';
import { FileStoreError } from './errors.ts';
import { filesAddress } from './filesAddress.ts';
import type { FileStore } from './fileStore.ts';

/**
 * @param url See {@link filesAddress}.
 * @throws FileStoreError `BAD_FILES_URL`
 */
export function createFileStore(url: string): FileStore {
  const address = filesAddress(url);
  if (!address) throw FileStoreError.badUrl();
  return 'directory' in address ? createDirectoryStore(address.directory) : createBucketStore(address);
}
