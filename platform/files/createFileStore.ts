import { fileURLToPath } from 'node:url';
import { bucketAddress, createBucketStore } from './bucketStore.ts';
import { createDirectoryStore } from './directoryStore.ts';
import { FileStoreError } from './errors.ts';
import type { FileStore } from './fileStore.ts';

/**
 * @param url `file:///directory`, or a bucket of an S3-compatible server: `s3://KEY:SECRET@host:port/bucket`, with
 *   `?region=...` (`us-east-1`) and `?tls=false`.
 * @throws FileStoreError `BAD_FILES_URL`
 */
export function createFileStore(url: string): FileStore {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'file:' && parsed.host === '') return createDirectoryStore(fileURLToPath(parsed));
  const bucket = parsed?.protocol === 's3:' ? bucketAddress(parsed) : undefined;
  if (bucket) return createBucketStore(bucket);
  throw FileStoreError.badUrl();
}
