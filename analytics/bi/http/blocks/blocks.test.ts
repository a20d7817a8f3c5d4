import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBlocks } from '../../testing/readBlocks.ts';
import { compressedBlock, createBlocks } from './blocks.ts';

/** That blocks are the engine's own is shown beside the engine, with SQL for BI tools. */
describe('compressed blocks', () => {
  test('come to what went in, whatever it is and however it comes', async () => {
    const anyChunk = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.nat(9_000))
        .map(([text, times]) => Buffer.from(text.repeat(times))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyChunk, { maxLength: 6 }), async (chunks) => {
        const found = readBlocks(await buffer(Readable.from(chunks).pipe(createBlocks())));
        expect(Buffer.concat(found.map(({ bytes }) => bytes)).equals(Buffer.concat(chunks))).toBe(true);
        expect(found.every(({ bytes }) => bytes.length > 0 && bytes.length <= 65_536)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('are not taken for whole when a byte of them is another', () => {
    const block = compressedBlock(Buffer.from('where is my order?'));
    for (let at = 0; at < block.length; at++) {
      const other = Buffer.from(block);
      other[at] = (other[at] ?? 0) ^ 1;
      expect(() => readBlocks(other)).toThrow('the checksum is wrong');
    }
  });
});
