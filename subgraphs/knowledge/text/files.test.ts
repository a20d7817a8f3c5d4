import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { docxOf, pdfOf, zipOf } from '../testing/files.ts';
import { blocksOf } from './blocks.ts';
import { decodeText } from './decode.ts';
import { readFile } from './extractor.ts';
import { fileFormatOf } from './fileFormat.ts';

describe('a table of questions and answers', () => {
  const read = (source: string) => blocksOf(source, 'CSV');

  it.each([
    ['by the names of its columns, in any order', 'id,Answer,Question\n1,In paper.,Wrapping?\n'],
    ['in another language, with another delimiter', 'Frage;Antwort\nWrapping?;In paper.\n'],
    ['by two columns without names', 'Wrapping?,In paper.\n'],
    ['with a byte order mark and quotes', '\ufeff"question","answer"\r\n"Wrapping?","In paper."\r\n'],
    ['with tabs', 'question\tanswer\nWrapping?\tIn paper.\n'],
  ])('is read %s', (_how, source) => {
    const [block, ...more] = read(source);
    expect(more).toEqual([]);
    expect(block?.headings).toEqual(['Wrapping?']);
    expect(block?.text.split('\n')[0]).toBe('In paper.');
  });

  it('keeps what stands in other columns, and line breaks in an answer', () => {
    expect(read('question,answer,country\nVAT?,"19 %\nsince 2007",Germany\n')).toEqual([
      { headings: ['VAT?'], text: '19 %\nsince 2007\ncountry: Germany' },
    ]);
  });

  it('makes a piece of each row of any other table', () => {
    expect(read('size,chest,waist\nS,90,75\n\nM,98,\n').map(({ text }) => text)).toEqual([
      'size: S\nchest: 90\nwaist: 75',
      'size: M\nchest: 98',
    ]);
  });

  it('leaves no question out that nobody has answered yet', () => {
    expect(read('question,answer\nWhy?,\nHow?,Slowly.\n')).toEqual([
      { headings: [], text: 'Why?' },
      { headings: ['How?'], text: 'Slowly.' },
    ]);
  });

  it('says where it is broken', () => {
    expect(() => read('question,answer\n"Why?,Because.\n')).toThrow(/CSV .*line \d/);
  });
});

describe('the encoding of a file', () => {
  it.each([
    ['UTF-8', Buffer.from('Grüße'), undefined],
    ['UTF-8 with its mark', Buffer.from('\ufeffGrüße'), undefined],
    ['UTF-16 with its mark', Buffer.from('\ufeffGrüße', 'utf16le'), undefined],
    ['what it was sent as', Buffer.from('Grüße', 'latin1'), 'iso-8859-1'],
    ['an old Windows, when it is no UTF-8', Buffer.from('Grüße', 'latin1'), undefined],
    ['UTF-8, when nobody knows what it was sent as', Buffer.from('Grüße'), 'x-unheard-of'],
  ])('is %s', (_what, bytes, charset) => {
    expect(decodeText(bytes, charset)).toBe('Grüße');
  });

  it('is what a page says of itself', () => {
    const page = '<meta charset="windows-1251"><p>';
    const bytes = Buffer.concat([Buffer.from(page), Buffer.from([0xcf, 0xf0, 0xe8])]);
    expect(decodeText(bytes)).toBe(`${page}При`);
  });
});

describe('the kind of a file', () => {
  it.each([
    ['application/pdf', 'a', 'PDF'],
    ['text/plain', 'guide.md', 'MARKDOWN'],
    ['text/plain; charset=utf-8', 'guide', 'PLAIN'],
    ['application/octet-stream', 'GUIDE.DOCX', 'DOCX'],
    ['application/vnd.ms-excel', 'faq.csv', 'CSV'],
    [null, 'page.htm', 'HTML'],
    ['image/png', 'a.png', undefined],
    [null, null, undefined],
  ])('%s with the name %s is %s', (mimeType, name, format) => {
    expect(fileFormatOf({ mimeType, name })).toBe(format);
  });
});

describe('a file', () => {
  it('of Word keeps its headings', async () => {
    const bytes = docxOf([
      ['Heading1', 'Gifts'],
      ['', 'We wrap them.'],
    ]);
    const { text, format } = await readFile({ bytes, format: 'DOCX' });
    expect(blocksOf(text, format)).toEqual([{ headings: ['Gifts'], text: 'We wrap them.' }]);
  });

  it('that unpacks to far more than it should is not unpacked', async () => {
    const zeros = deflateRawSync(Buffer.alloc(200 * 1024 ** 2));
    const bytes = zipOf({ 'word/document.xml': { deflated: zeros, size: 200 * 1024 ** 2 } });
    expect(bytes.length).toBeLessThan(1024 ** 2);
    await expect(readFile({ bytes, format: 'DOCX' })).rejects.toMatchObject({ code: 'TOO_COMPLEX' });
  });

  it('that takes too long ends', async () => {
    await expect(readFile({ bytes: pdfOf('Slow.'), format: 'PDF' }, { timeMs: 1 })).rejects.toMatchObject({
      code: 'TOO_COMPLEX',
    });
  });

  it('holds at most 10 MB of text', async () => {
    const bytes = Buffer.alloc(10 * 1024 ** 2 + 1, 'a');
    await expect(readFile({ bytes, format: 'PLAIN' })).rejects.toMatchObject({ code: 'TOO_LONG' });
  });
});
