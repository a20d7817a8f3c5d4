import { compile } from 'html-to-text';
import type { FormatCallback } from 'html-to-text';
import type { Piece } from './blocks.ts';
import { TextError } from './errors.ts';
import { plainPieces } from './plain.ts';

// A private-use character marks a heading's line, so that no text of the page can look like one.
const MARK = '\uE000';
const MARK_ENTITIES = /&#(?:x0*e000|0*57344)/gi;

const heading: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 2 });
  builder.addInline(`${MARK}${element.name?.slice(1) ?? '1'} `);
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 2 });
};

const notContent = ['title', 'script', 'style', 'noscript', 'template', 'svg', 'iframe', 'nav', 'img', 'hr'];

const toText = compile({
  wordwrap: false,
  formatters: { heading },
  selectors: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, format: 'heading' })),
    ...notContent.map((selector) => ({ selector, format: 'skip' })),
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'ul', options: { itemPrefix: '- ' } },
    { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'td', format: 'inlineSurround', options: { suffix: ' | ' } },
    { selector: 'th', format: 'inlineSurround', options: { suffix: ' | ' } },
  ],
  // The walk is recursive: markup nested without end must not exhaust the stack. No page that people write is this deep.
  limits: { maxDepth: 256, ellipsis: '' },
});

/** A line of text as a reader sees it: what stands for characters is them. */
export function plainOf(markup: string): string {
  return toText(markup).replace(/\s+/g, ' ').trim();
}

/** Elements without an end tag: they never hold others. */
const voidElements = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));

/** The parser's work grows with the square of what is left open: a megabyte of `<div>` would hold the process for seconds. */
const MAX_OPEN_ELEMENTS = 20_000;

function assertParsable(source: string): void {
  let open = 0;
  for (const [, slash, name = ''] of source.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    if (voidElements.has(name.toLowerCase())) continue;
    open = slash === '/' ? Math.max(0, open - 1) : open + 1;
    if (open > MAX_OPEN_ELEMENTS) throw TextError.neverClosed(MAX_OPEN_ELEMENTS);
  }
}

/**
 * What a reader of the page sees; scripts, styles, navigation and addresses of links left out.
 *
 * @throws TextError when the markup leaves more open than a page does.
 */
export function* htmlPieces(source: string): Generator<Piece> {
  assertParsable(source);
  for (const { text } of plainPieces(toText(source.replaceAll(MARK, '').replace(MARK_ENTITIES, '\uFFFD')))) {
    if (!text.startsWith(MARK)) {
      yield { level: 0, text: text.replace(/ \|[^\S\n]*$/gm, '') };
      continue;
    }
    const title = text.slice(2).trim();
    if (title !== '') yield { level: Number(text[1]), text: title };
  }
}
