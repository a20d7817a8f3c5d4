import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Block } from './blocks.ts';
import { CHUNK_TOKENS, chunksOf } from './chunk.ts';
import { countTokens } from './tokens.ts';

// Capital letters: a full stop ends a sentence only before one.
const sentence = (words: number, from = 0) => `${Array.from({ length: words }, (_, i) => `W${from + i}`).join(' ')}.`;
const paragraph = (...texts: string[]): Block => ({ headings: [], text: texts.join(' ') });

describe('chunks', () => {
  it('put short paragraphs together', () => {
    expect(chunksOf([paragraph('One.'), paragraph('Two.')])).toEqual([
      { ordinal: 0, heading: '', text: 'One.\n\nTwo.' },
    ]);
  });

  it('never cross a heading', () => {
    const blocks = [
      { headings: ['Returns'], text: 'Send it.' },
      { headings: ['Returns', 'Refunds'], text: 'Wait.' },
    ];
    expect(chunksOf(blocks)).toEqual([
      { ordinal: 0, heading: 'Returns', text: 'Send it.' },
      { ordinal: 1, heading: 'Returns › Refunds', text: 'Wait.' },
    ]);
  });

  it('keep a paragraph whole when it fits into one', () => {
    const long = sentence(150);
    const next = `${sentence(60, 200)} ${sentence(60, 300)}`;
    expect(chunksOf([paragraph(long), paragraph(next)]).map(({ text }) => text)).toEqual([long, next]);
  });

  it('repeat the last sentence before a cut', () => {
    const [a, b, c] = [sentence(150), sentence(30, 200), sentence(100, 300)];
    expect(chunksOf([paragraph(a, b, c)]).map(({ text }) => text)).toEqual([`${a} ${b}`, `${b} ${c}`]);
  });

  it('cut inside a sentence that is longer than a chunk, and inside a word', () => {
    const chunks = chunksOf([paragraph(sentence(CHUNK_TOKENS * 2)), paragraph('x'.repeat(10_000))]);
    expect(chunks.every(({ text }) => countTokens(text) <= CHUNK_TOKENS)).toBe(true);
    expect(chunks.map(({ text }) => text.match(/x/g)?.length ?? 0).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(
      10_000,
    );
  });

  it('are none for no text', () => {
    expect(chunksOf([])).toEqual([]);
    expect(chunksOf([paragraph('  ')])).toEqual([]);
  });

  it('hold every word of any document, in order, none too long, and always the same ones', () => {
    const text = fc.array(fc.nat({ max: 120 }), { maxLength: 8 });
    const document = fc.array(fc.record({ headings: fc.array(fc.constantFrom('A', 'B'), { maxLength: 2 }), text }));
    fc.assert(
      fc.property(document, (shape) => {
        let next = 0;
        const blocks = shape.map(({ headings, text: lengths }) => ({
          headings,
          text: lengths.map((length) => sentence(length + 1, (next += 1_000))).join(' '),
        }));
        const chunks = chunksOf(blocks);
        const seen = new Set(chunks.flatMap((chunk) => chunk.text.match(/W\d+/g) ?? []));
        expect([...seen]).toEqual(blocks.flatMap((block) => block.text.match(/W\d+/g) ?? []));
        for (const chunk of chunks) expect(countTokens(chunk.text)).toBeLessThanOrEqual(CHUNK_TOKENS);
        expect(chunks.map(({ ordinal }) => ordinal)).toEqual(chunks.map((_, i) => i));
        expect(chunksOf(blocks)).toEqual(chunks);
      }),
    );
  });
});
