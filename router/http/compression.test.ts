import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { compress } from './compression.ts';

const long = JSON.stringify({ data: Array.from({ length: 500 }, (_, n) => ({ id: n, name: 'Zoë 🦊' })) });

describe('an answer', () => {
  it.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['GZIP;q=0.8, br;q=0.9', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0.1, gzip', 'gzip'],
    ['gzip;q=0, br;q=0, *', undefined],
    ['gzip;q=many', undefined],
    ['deflate', undefined],
    ['identity', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('to who accepts %s is encoded as %s', async (accepted, expected) => {
    const { body, encoding } = await compress(long, accepted);
    expect(encoding).toBe(expected);
    const read = { br: brotliDecompressSync, gzip: gunzipSync };
    expect((encoding ? read[encoding](body) : body).toString()).toBe(long);
    expect(body.length).toBeLessThan(Buffer.byteLength(long) / (encoding ? 4 : 0.99));
  });

  it.each(['plain', 'Zoë', 'Zoë 🦊'])('goes in UTF-8, whatever is in it: %s', async (text) => {
    const { body } = await compress(text.padEnd(5_000, '.'), undefined);
    expect(body).toEqual(Buffer.from(text.padEnd(5_000, '.')));
  });

  it('that is short goes as it is', async () => {
    expect(await compress('{"data":{}}', 'br, gzip')).toEqual({ body: '{"data":{}}' });
  });
});
