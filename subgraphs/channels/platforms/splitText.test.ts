import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitText } from './splitText.ts';

describe('splitText', () => {
  it('leaves a text alone that fits', () => {
    expect(splitText('Hello there', 4096)).toEqual(['Hello there']);
    expect(splitText('x'.repeat(4096), 4096)).toHaveLength(1);
  });

  it('makes no part of white space', () => {
    expect(splitText(' \n ', 4096)).toEqual([]);
  });

  it.each([
    ['a paragraph', 'First one.\n\nSecond one', ['First one.', 'Second one']],
    ['a line', 'First line\nSecond line', ['First line', 'Second line']],
    ['a sentence', 'A sentence. And another', ['A sentence.', 'And another']],
    ['a sentence of a script without spaces', 'これは文です。これも文です。', ['これは文です。', 'これも文です。'], 10],
    ['a character of several parts', 'abcdefgh👨‍👩‍👧x', ['abcdefgh', '👨‍👩‍👧x'], 10],
    ['a word', 'several plain words', ['several plain', 'words']],
    ['a character', 'abcdefghijklmnopqrst', ['abcdefghijklmno', 'pqrst']],
  ])('cuts at the end of %s', (_seam, text, parts, limit = 15) => {
    expect(splitText(text, limit)).toEqual(parts);
  });

  it('counts bytes where the platform does', () => {
    expect(splitText('größe größe', 11)).toEqual(['größe größe']);
    expect(splitText('größe größe', 11, 'UTF8_BYTES')).toEqual(['größe', 'größe']);
    expect(splitText('👍'.repeat(5), 10, 'UTF8_BYTES')).toEqual(['👍👍', '👍👍', '👍']);
  });

  it.each([
    ['UTF16_UNITS', (part: string) => part.length],
    ['UTF8_BYTES', (part: string) => Buffer.byteLength(part)],
  ] as const)(
    'keeps every character but white space, in order, in parts that fit in %s and are well formed',
    (measure, lengthOf) => {
      const texts = fc.string({ unit: fc.constantFrom('a', 'ß', '👍', '.', ' ', '\n', '한'), maxLength: 200 });
      const limits = fc.integer({ min: 4, max: 30 });
      fc.assert(
        fc.property(texts, limits, (text, limit) => {
          const parts = splitText(text, limit, measure);
          expect(parts.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
          for (const part of parts) {
            expect(lengthOf(part)).toBeLessThanOrEqual(limit);
            expect(part.trim()).not.toBe('');
            expect(part.isWellFormed()).toBe(true);
          }
        }),
      );
    },
  );
});
