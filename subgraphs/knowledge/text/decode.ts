/** Where a page says in its own markup how it is written. */
const IN_MARKUP = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{1,40})/i;
/** What is not UTF-8 and says nothing was most likely written by an old Windows. */
const FALLBACK = 'windows-1252';

/**
 * The text of a file: by its byte order mark, by what it was sent as, by its own markup, and else as UTF-8, if it is.
 *
 * @param charset What the sender said, for what that is worth.
 */
export function decodeText(bytes: Uint8Array, charset?: string): string {
  const marked = markOf(bytes);
  if (marked !== undefined) return new TextDecoder(marked).decode(bytes);
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 2_048));
  for (const name of [charset, IN_MARKUP.exec(start)?.[1]]) {
    const decoder = name === undefined ? undefined : decoderOf(name);
    if (decoder) return decoder.decode(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder(FALLBACK).decode(bytes);
  }
}

function markOf(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return undefined;
}

function decoderOf(name: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(name);
  } catch {
    // A name that nobody knows says nothing.
    return undefined;
  }
}
