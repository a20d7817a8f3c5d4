import { countTokens, splitByTokens } from './tokens.ts';
import type { Block } from './blocks.ts';

/** What is embedded and found: a passage that can be read on its own. */
export interface Chunk {
  /** Counts up from 0 within the document. */
  readonly ordinal: number;
  /** The headings above it, as ` › ` between them; '' at the top. */
  readonly heading: string;
  readonly text: string;
}

/**
 * Long enough to answer a question, short enough that one passage is about one thing. The overlap keeps a sentence
 * together with the one it refers back to when the cut falls between them.
 */
export const CHUNK_TOKENS = 200;
const OVERLAP_TOKENS = 40;

interface Unit {
  readonly text: string;
  readonly tokens: number;
  /** What stands between this unit and the one before it. */
  readonly glue: string;
}

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/**
 * Cuts at headings first, then between paragraphs, then between sentences, and inside a sentence only when it alone
 * is longer than a chunk. Never crosses a heading; no chunk has more than `CHUNK_TOKENS`.
 */
export function chunksOf(blocks: readonly Block[]): Chunk[] {
  const chunks: Chunk[] = [];
  let heading = '';
  let units: Unit[] = [];
  let tokens = 0;
  let carried = 0;
  const begin = (tail: Unit[]) => {
    units = tail;
    tokens = sum(tail);
    carried = tail.length;
  };
  const flush = () => {
    if (units.length === carried) return;
    chunks.push({ ordinal: chunks.length, heading, text: textOf(units) });
    begin(overlapOf(units));
  };
  const makeRoom = (more: number) => {
    if (tokens + more <= CHUNK_TOKENS) return;
    flush();
    if (tokens + more > CHUNK_TOKENS) begin([]);
  };
  for (const block of blocks) {
    const path = block.headings.join(' › ');
    if (path !== heading) {
      flush();
      begin([]);
      heading = path;
    }
    const parts = unitsOf(block.text);
    const whole = sum(parts);
    if (whole <= CHUNK_TOKENS) makeRoom(whole);
    for (const unit of parts) {
      makeRoom(unit.tokens);
      units.push(unit);
      tokens += unit.tokens;
    }
  }
  flush();
  return chunks;
}

function unitsOf(text: string): Unit[] {
  const units: Unit[] = [];
  let glue = '\n\n';
  for (const { segment } of sentences.segment(text)) {
    for (const piece of splitByTokens(segment, CHUNK_TOKENS)) {
      units.push({ text: piece, tokens: countTokens(piece), glue });
      glue = ' ';
    }
    if (/\n\s*$/.test(segment)) glue = '\n';
  }
  return units;
}

function overlapOf(units: readonly Unit[]): Unit[] {
  const tail: Unit[] = [];
  let tokens = 0;
  for (const unit of units.toReversed()) {
    tokens += unit.tokens;
    if (tokens > OVERLAP_TOKENS) break;
    tail.unshift(unit);
  }
  // A chunk that is small as a whole would come again as a whole.
  return tail.length === units.length ? [] : tail;
}

const sum = (units: readonly Unit[]) => units.reduce((total, unit) => total + unit.tokens, 0);

const textOf = (units: readonly Unit[]) => units.map((unit, i) => (i === 0 ? '' : unit.glue) + unit.text).join('');
