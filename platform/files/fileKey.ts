import { FileStoreError } from './errors.ts';

const LONGEST_KEY = 200;
/** No dot, no empty step: nothing that a file system or a bucket could take for another place. */
const form = /^[\w-]+(\/[\w-]+)*$/;

/** @throws FileStoreError `BAD_FILE_KEY` */
export function assertFileKey(key: string): void {
  if (key.length > LONGEST_KEY || !form.test(key)) throw FileStoreError.badKey(key);
}
