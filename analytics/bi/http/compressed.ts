import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib';
import { createBlocks } from './blocks/blocks.ts';

const encoders = {
  zstd: createZstdCompress,
  gzip: createGzip,
  br: createBrotliCompress,
  deflate: createDeflate,
} as const;
type Encoding = keyof typeof encoders;

/** Whether the client takes ClickHouse's own blocks and nothing else, as the JDBC driver does unless it is told otherwise. */
export function wantsBlocks(search: URLSearchParams): boolean {
  return ['1', 'true'].includes(search.get('compress') ?? '');
}

/** By which of them the answer goes: the first that the client takes, when it asks for any. */
export function encodingOf(search: URLSearchParams, accepted: string | undefined): Encoding | undefined {
  if (!['1', 'true'].includes(search.get('enable_http_compression') ?? '')) return undefined;
  const names = (accepted ?? '').split(',').map((part) => part.split(';')[0]?.trim());
  return names.find((name): name is Encoding => name !== undefined && Object.hasOwn(encoders, name));
}

/** The stream, in blocks and compressed, as it is wanted; it fails as the stream fails. */
export function encoded(
  stream: Readable,
  { inBlocks, encoding }: { readonly inBlocks: boolean; readonly encoding: Encoding | undefined },
): Readable {
  const steps = [...(inBlocks ? [createBlocks()] : []), ...(encoding === undefined ? [] : [encoders[encoding]()])];
  if (steps.length === 0) return stream;
  const out = new PassThrough();
  pipeline([stream, ...steps, out]).catch(() => undefined);
  return out;
}
