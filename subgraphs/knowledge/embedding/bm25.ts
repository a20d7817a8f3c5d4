import { hash32 } from './hash.ts';
import { isStopWord, languageOf, languagesOf, stem } from './languages.ts';
import { wordsOf } from './words.ts';

/** Terms as Qdrant takes them: numbers of dimensions, each once, and their weights. */
export interface SparseVector {
  readonly indices: number[];
  readonly values: number[];
}

/** How fast more of the same word stops counting, and how much long passages pay for being long: the usual values. */
const K1 = 1.2;
const B = 0.75;
/** Terms in a usual passage: 200 tokens are about 130 words, half of them grammar. */
const AVERAGE_TERMS = 70;

/**
 * The document's half of BM25: how much each term says about the passage. How rare a term is, the other half, is
 * counted by the server when it searches (the vector's IDF modifier), so that it is true for the collection of that moment.
 */
export function passageTerms(text: string): SparseVector {
  const words = wordsOf(text);
  const language = languageOf(words);
  const terms = words
    .filter((word) => !isStopWord(word, language))
    .map((word) => hash32(stem(word, language ?? 'english')));
  const counts = new Map<number, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const length = K1 * (1 - B + (B * terms.length) / AVERAGE_TERMS);
  return {
    indices: [...counts.keys()],
    values: [...counts.values()].map((count) => (count * (K1 + 1)) / (count + length)),
  };
}

/**
 * The terms of a question, all of equal weight. A few words often do not show their language: then each is looked for
 * under every stem that it could have, and the wrong ones find nothing.
 */
export function queryTerms(text: string): SparseVector {
  const words = wordsOf(text);
  const possible = languagesOf(words);
  const only = possible.length === 1 ? possible[0] : undefined;
  const terms = new Set<number>();
  for (const word of words) {
    if (isStopWord(word, only)) continue;
    for (const language of possible) terms.add(hash32(stem(word, language)));
  }
  return { indices: [...terms], values: [...terms].map(() => 1) };
}
