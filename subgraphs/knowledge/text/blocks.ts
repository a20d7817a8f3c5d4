import { csvPieces } from './csv.ts';
import { htmlPieces } from './html.ts';
import { markdownPieces } from './markdown.ts';
import { plainPieces } from './plain.ts';

export const FORMATS = ['MARKDOWN', 'HTML', 'PLAIN', 'CSV'] as const;
export type Format = (typeof FORMATS)[number];

/** A heading of level 1 to 6, or, at level 0, a paragraph, list, table or listing. */
export interface Piece {
  readonly level: number;
  readonly text: string;
}

/** A stretch of text and the headings it stands under, outermost first. */
export interface Block {
  readonly headings: readonly string[];
  readonly text: string;
}

/** Characters. A heading stands in every chunk below it, so one of any length would multiply a document by itself. */
const MAX_HEADING = 300;

const parsers: Readonly<Record<Format, (text: string) => Iterable<Piece>>> = {
  MARKDOWN: markdownPieces,
  HTML: htmlPieces,
  PLAIN: plainPieces,
  CSV: csvPieces,
};

/**
 * The text as people read it, markup gone and structure kept. A heading that nothing stands under becomes a block of
 * its own, and one that is longer than headings are is text, so that no word of the document is lost.
 */
export function blocksOf(text: string, format: Format): Block[] {
  const blocks: Block[] = [];
  let path: readonly Piece[] = [];
  let empty = false;
  const closeEmptyHeading = () => {
    const heading = path.at(-1);
    if (empty && heading) blocks.push({ headings: path.slice(0, -1).map((piece) => piece.text), text: heading.text });
  };
  for (const piece of parsers[format](text)) {
    if (piece.level === 0 || piece.text.length > MAX_HEADING) {
      blocks.push({ headings: path.map((heading) => heading.text), text: piece.text });
      empty = false;
    } else {
      const parents = path.filter((heading) => heading.level < piece.level);
      if (parents.length < path.length) closeEmptyHeading();
      path = [...parents, piece];
      empty = true;
    }
  }
  closeEmptyHeading();
  return blocks;
}
