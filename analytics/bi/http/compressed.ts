import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib';

const encoders = {
  zstd: createZstdCompress,
  gzip: createGzip,
  br: createBrotliCompress,
  deflate: createDeflate,
} as const;
type Encoding = keyof typeof encoders;

/** By which of them the answer goes: the first that the client takes, when it asks for any. */
export function encodingOf(search: URLSearchParams, accepted: string | undefined): Encoding | undefined {
  if (!['1', 'true'].includes(search.get('enable_http_compression') ?? '')) return undefined;
  const names = (accepted ?? '').split(',').map((part) => part.split(';')[0]?.trim());
  return names.find((name): name is Encoding => name !== undefined && Object.hasOwn(encoders, name));
}

/** The stream, compressed; it fails as the stream fails. */
export function encoded(stream: Readable, encoding: Encoding | undefined): Readable {
  if (encoding === undefined) return stream;
  const out = new PassThrough();
  pipeline(stream, encoders[encoding](), out).catch(() => undefined);
  return out;
}
