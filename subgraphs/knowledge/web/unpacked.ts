import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { TextError } from '../text/errors.ts';

const unpack = promisify(gunzip);

/**
 * The bytes of a file that may be packed with gzip, as sitemaps are, and pages by servers that do not listen. What unpacks to more
 * than it may is given up on the way.
 *
 * @param encoding What its sender says of it.
 * @throws TextError
 */
export async function unpacked(bytes: Buffer, encoding: string | null, maxBytes: number): Promise<Buffer> {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const isOther = encoding !== null && !/^(identity|x-gzip|gzip)?$/i.test(encoding.trim());
  if (isOther) throw TextError.unsupported(`packed as ${encoding.slice(0, 20)}`);
  if (!isPacked) return bytes;
  try {
    return await unpack(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    throw TextError.unreachable('what is packed in it cannot be unpacked, or is too large', error);
  }
}
