import { relevanceOf, subjectOf, type Asked } from '../language/relevance.ts';
import type { ReplyLanguage } from '../language/vocabulary.ts';
import { termsOf } from '../language/words.ts';

/** Bytes: every platform takes three of them in a message, with what stands around them. */
export const LONGEST_QUOTE = 700;

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/** The stretch of a passage that answers best: the whole, when it is short; else what stands around the best sentence. */
export function quoteOf(text: string, asked: Asked, language: ReplyLanguage): string {
  if (Buffer.byteLength(text) <= LONGEST_QUOTE) return text;
  const units = unitsOf(text);
  const scores = units.map((unit) => {
    const { closeness, context } = relevanceOf(asked, subjectOf(unit, termsOf(unit, language)), () => 1);
    return closeness + context / 4;
  });
  let from = scores.indexOf(Math.max(...scores));
  let to = from;
  // What comes after says more than what comes before.
  for (let grown = true; grown;) {
    grown = false;
    for (const [first, last] of [
      [from, to + 1],
      [from - 1, to],
    ] as const) {
      if (first < 0 || last >= units.length || !fits(units.slice(first, last + 1))) continue;
      [from, to] = [first, last];
      grown = true;
      break;
    }
  }
  return shortened(
    units
      .slice(from, to + 1)
      .join('')
      .trim(),
  );
}

/** Its sentences, and its lines where they end earlier. */
export function unitsOf(text: string): string[] {
  return text.split(/(?<=\n)/).flatMap((line) => Array.from(sentences.segment(line), ({ segment }) => segment));
}

function fits(units: readonly string[]): boolean {
  return Buffer.byteLength(units.join('').trim()) <= LONGEST_QUOTE;
}

/** A single sentence may be longer than any quote. */
function shortened(text: string): string {
  if (Buffer.byteLength(text) <= LONGEST_QUOTE) return text;
  let kept = '';
  for (const word of text.split(/(?<=\s)/)) {
    if (Buffer.byteLength(kept + word) > LONGEST_QUOTE - 4) break;
    kept += word;
  }
  return `${kept.trim()} …`;
}
