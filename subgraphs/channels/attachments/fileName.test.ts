import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fileName, fileNameIn } from './fileName.ts';

describe('the name of a file', () => {
  it.each([
    ['invoice.pdf', 'invoice.pdf'],
    ['  Rechnung März 👋.pdf ', 'Rechnung März 👋.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\Ada\\letter.doc', 'letter.doc'],
    ['a\0b\r\nc.txt', 'abc.txt'],
    ['\u202Efdp.exe', 'fdp.exe'],
    ['half \uD83D pair.txt', 'half \uFFFD pair.txt'],
    [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(196)}.pdf`],
    ['..', null],
    ['folder/', null],
    ['', null],
    [null, null],
  ])('%j is kept as %j', (text, name) => {
    expect(fileName(text)).toBe(name);
  });

  it('is never a path, nor longer than file systems take', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const name = fileName(text) ?? 'none';
        expect(name).not.toMatch(/[/\\\p{Cc}]/u);
        expect(name.length).toBeLessThanOrEqual(200);
        expect(name.isWellFormed()).toBe(true);
      }),
    );
  });

  it.each([
    ['https://cdn.example/a/invoice%20May.pdf?x=1', 'invoice May.pdf'],
    ['https://cdn.example/a/..%2F..%2Fsecret.txt', 'secret.txt'],
    ['https://cdn.example/v/t1/photo', null],
    ['https://cdn.example/%zz.pdf', null],
    ['https://cdn.example/', null],
  ])('is found at the end of an address: %s', (address, name) => {
    expect(fileNameIn(new URL(address))).toBe(name);
  });
});
