import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import createWabt from 'wabt';
import { compiledSimilarity } from './similarity.ts';

describe('the comparison of vectors', () => {
  it('is compiled from its source', async () => {
    const file = new URL('./similarity.wat', import.meta.url);
    const wabt = await createWabt();
    const { buffer } = wabt.parseWat('similarity.wat', await readFile(file, 'utf8'), { simd: true }).toBinary({});
    expect(Buffer.from(buffer).toString('base64')).toBe(compiledSimilarity);
  });
});
