import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TextError } from './errors.ts';
import { blocksOf, FORMATS, type Block, type Format } from './blocks.ts';

const words = (text: string) => text.match(/[\p{L}\p{N}]+/gu) ?? [];

describe('a Markdown document', () => {
  it('is read under its headings, however they are written', () => {
    const blocks = blocksOf('# Returns #\nSend it back.\n\nRefunds\n---\nIn five days.\n\n# Else\nAsk us.', 'MARKDOWN');
    expect(blocks).toEqual([
      { headings: ['Returns'], text: 'Send it back.' },
      { headings: ['Returns', 'Refunds'], text: 'In five days.' },
      { headings: ['Else'], text: 'Ask us.' },
    ]);
  });

  it('loses its marks and keeps its words', () => {
    const source =
      'Wrapped *line* with a [link](https://x.test), `code_name`, 5 * 3, \\*stars\\*,\n![picture](a.png) and <https://shop.test>.';
    expect(blocksOf(source, 'MARKDOWN')).toEqual([
      {
        headings: [],
        text: 'Wrapped line with a link, code_name, 5 * 3, *stars*, picture and https://shop.test.',
      },
    ]);
  });

  it('keeps the lines of lists and tables and leaves code alone', () => {
    const source =
      '- one\n- two\n  goes on\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n```sh\n# no heading\n*x*\n```\n> quoted\n> twice';
    expect(blocksOf(source, 'MARKDOWN').map(({ text }) => text)).toEqual([
      '- one\n- two goes on',
      'a | b\n1 | 2',
      '# no heading\n*x*',
      'quoted twice',
    ]);
  });

  it('is read to its end when a fence, a comment or front matter is never closed', () => {
    expect(blocksOf('---\ntitle: x\n---\nText <!-- gone --> here', 'MARKDOWN')[0]?.text).toBe('Text  here');
    expect(blocksOf('```\ncode', 'MARKDOWN')[0]?.text).toBe('code');
    expect(blocksOf('<!-- open', 'MARKDOWN')[0]?.text).toBe('<!-- open');
    expect(blocksOf('---\nnever closed', 'MARKDOWN')[0]?.text).toBe('never closed');
  });

  it('keeps a heading that nothing stands under', () => {
    expect(blocksOf('# A\n## B\n## C\ntext\n# D', 'MARKDOWN')).toEqual([
      { headings: ['A'], text: 'B' },
      { headings: ['A', 'C'], text: 'text' },
      { headings: [], text: 'D' },
    ]);
  });
});

describe('an HTML document', () => {
  it('is read as people see it', () => {
    const page = `<html><head><title>t</title><style>p{}</style></head><body><nav>menu</nav>
      <h1>Returns <em>policy</em></h1><p>You get <b>money</b> &amp; thanks.</p><script>alert(1)</script>
      <table><tr><th>Where</th><th>Days</th></tr><tr><td>Home</td><td>3</td></tr></table>
      <h2>How</h2><ul><li>Pack it</li><li><a href="https://x.test">Send it</a></li></ul></body></html>`;
    expect(blocksOf(page, 'HTML')).toEqual([
      { headings: ['Returns policy'], text: 'You get money & thanks.' },
      { headings: ['Returns policy'], text: 'Where | Days\nHome | 3' },
      { headings: ['Returns policy', 'How'], text: '- Pack it\n- Send it' },
    ]);
  });

  it('cannot make up headings by writing their marks', () => {
    expect(blocksOf('<p>\uE0001 not a heading</p>', 'HTML')).toEqual([{ headings: [], text: '1 not a heading' }]);
    for (const mark of ['&#xE000;', '&#X0e000', '&#57344;', '&#x&#xE000;E000;', '&#xE\uE000000;']) {
      const [block, ...more] = blocksOf(`<pre>${mark}1 not a heading</pre>`, 'HTML');
      expect([block?.headings, more]).toEqual([[], []]);
      expect(block?.text).toContain('1 not a heading');
    }
  });

  it('is refused when it leaves more open than any page does', () => {
    expect(() => blocksOf('<div>'.repeat(30_000), 'HTML')).toThrow(
      expect.objectContaining({ code: 'MARKUP_TOO_DEEP' }),
    );
  });
});

/** A table can be broken, which its author is told; anything else is read. */
function blocksUnlessRefused(source: string, format: Format): readonly Block[] {
  try {
    return blocksOf(source, format);
  } catch (error) {
    if (format === 'CSV' && error instanceof TextError) return [];
    throw error;
  }
}

describe('any text', () => {
  it.each([
    ['white space', `${' '.repeat(60_000)}x`],
    ['dashes', `${'-'.repeat(60_000)}x`],
    ['white space in a heading', `#${' '.repeat(60_000)}a\u2028b`],
  ])('is read in one pass, also when it is mostly %s', (_what, text) => {
    const began = performance.now();
    blocksOf(text, 'MARKDOWN');
    // A millisecond; seconds when the time grows with the square of the length.
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('that stands where a heading should is read as text when no heading is that long', () => {
    const long = 'word '.repeat(100).trim();
    const blocks = [
      { headings: ['A'], text: long },
      { headings: ['A'], text: 'below' },
    ];
    expect(blocksOf(`# A\n## ${long}\nbelow`, 'MARKDOWN')).toEqual(blocks);
    expect(blocksOf(`<h1>A</h1><h2>${long}</h2><p>below</p>`, 'HTML')).toEqual(blocks);
  });

  it('keeps every word, in order, when it is plain', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' })).map((parts) => parts.join('\n')),
        (text) => {
          expect(blocksOf(text, 'PLAIN').flatMap((block) => words(block.text))).toEqual(words(text));
        },
      ),
    );
  });

  it('is read in every format, whatever is in it', () => {
    const markup = fc.constantFrom(
      '#',
      '- ',
      '```',
      '|',
      '---',
      '<p>',
      '</p>',
      '<!--',
      '-->',
      '[',
      '](',
      '**',
      '\n',
      '>',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(markup, fc.string())), fc.constantFrom(...FORMATS), (parts, format) => {
        const blocks = blocksUnlessRefused(parts.join(''), format);
        for (const { text } of blocks) expect(text.trim()).not.toBe('');
      }),
    );
  });
});
