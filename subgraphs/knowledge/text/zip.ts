import { fromBufferPromise } from 'yauzl';
import { TextError } from './errors.ts';

/** Of all that is packed in it: a document of a thousand pages has a tenth of that. */
const MAX_UNPACKED_BYTES = 150 * 1024 ** 2;

/**
 * A few kilobytes can unpack to gigabytes, and say of themselves that they do not: it is unpacked once by counting, before
 * anything keeps what comes out.
 *
 * @throws TextError when it is no archive, or too much is in it.
 */
export async function assertUnpackable(bytes: Uint8Array, kind: string): Promise<void> {
  let left = MAX_UNPACKED_BYTES;
  try {
    const archive = await fromBufferPromise(Buffer.from(bytes));
    for await (const entry of archive.eachEntry()) {
      const stream = await archive.openReadStreamPromise(entry);
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        left -= chunk.length;
        if (left < 0) throw TextError.tooMuchWork();
      }
    }
  } catch (error) {
    if (error instanceof TextError) throw error;
    throw TextError.unreadable(kind, error instanceof Error ? error.message : String(error), error);
  }
}
