import { commonWords } from '../../embedding/commonWords.ts';
import { isStopWord } from '../../embedding/languages.ts';
import type { ReplyLanguage } from './vocabulary.ts';

/** Shorter words are too near to each other to tell which one was meant. */
const SHORTEST = 4;
/** What somebody types in a hurry is a word that is in use. */
const COMMONEST = 6_000;

/**
 * The word that was meant, when this one is none that is in use and one slip of the pen makes one of it: two letters in the wrong order, one
 * missing, too many or wrong. The commonest of them, where there are several; undefined where there is none.
 */
export function meantBy(word: string, language: ReplyLanguage): string | undefined {
  const ranks = commonWords(language);
  if (!/^\p{L}+$/u.test(word) || ranks.has(word) || isStopWord(word, language)) return undefined;
  // Two letters of a short one in the wrong order are the commonest slip of all.
  const candidates = word.length < SHORTEST ? swapped(word) : slips(word, lettersOf(language));
  let [best, lowest] = [undefined as string | undefined, COMMONEST];
  for (const candidate of candidates) {
    const rank = ranks.get(candidate) ?? Infinity;
    if (rank < lowest) [best, lowest] = [candidate, rank];
  }
  return best;
}

function* swapped(word: string): Generator<string> {
  for (let i = 0; i + 1 < word.length; i++) {
    yield word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2);
  }
}

/** The first letter is nearly always right. */
function* slips(word: string, letters: readonly string[]): Generator<string> {
  yield* swapped(word);
  for (let i = 1; i <= word.length; i++) {
    if (i < word.length) yield word.slice(0, i) + word.slice(i + 1);
    for (const letter of letters) {
      yield word.slice(0, i) + letter + word.slice(i);
      if (i < word.length) yield word.slice(0, i) + letter + word.slice(i + 1);
    }
  }
}

const alphabets = new Map<ReplyLanguage, readonly string[]>();

function lettersOf(language: ReplyLanguage): readonly string[] {
  const letters = alphabets.get(language) ?? [...new Set([...commonWords(language).keys()].join(''))];
  alphabets.set(language, letters);
  return letters;
}
