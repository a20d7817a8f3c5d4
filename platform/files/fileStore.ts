import type { Readable } from 'node:stream';
import type { Part } from '#platform/lifecycle/part.ts';

/** Bytes from the first to the last, both counted from 0 and included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A file on its way out; who gets it reads the stream to its end or destroys it. */
export interface OpenedFile {
  readonly stream: Readable;
  /** Of what the stream gives, in bytes. */
  readonly size: number;
}

/**
 * Keeps files by key. A file is there as a whole or not at all, and a key that is put again has the newer file. What the store
 * cannot do is a {@link FileStoreError} `UNAVAILABLE`, which is worth trying again; a key of another form than
 * `<letters, digits, - and _>/...` is `BAD_FILE_KEY`. `start` fails when the place cannot be used.
 */
export interface FileStore extends Part {
  put(key: string, bytes: Uint8Array, options: { readonly contentType: string }): Promise<void>;
  /** The same from a file on this machine, of any size: it is never in memory as a whole. */
  putFile(key: string, path: string, options: { readonly contentType: string }): Promise<void>;
  /** Undefined when there is no such file. A range has to lie within the file. */
  get(key: string, range?: ByteRange): Promise<OpenedFile | undefined>;
  /** Of a file that is not there is no failure. */
  delete(key: string): Promise<void>;
}
