import { foldText } from './foldText.ts';

const MAX_WORDS = 2_000;
const MAX_WORD_LENGTH = 40;

/** A letter of a script that is written without blanks between words, with the marks that belong to it. */
const unspacedLetter = String.raw`[[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]&&\p{L}]\p{M}*`;
const emoji = String.raw`\p{Regional_Indicator}{2}|\p{Extended_Pictographic}`;
const word = String.raw`[[\p{L}\p{N}\p{M}]--[[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]&&\p{L}]]+`;
const pieces = new RegExp(`(?<unspaced>(?:${unspacedLetter})+)|(?<emoji>${emoji})|${word}`, 'gv');
const unspacedLetters = new RegExp(unspacedLetter, 'gv');

/**
 * The words of a text as search compares them, each once: folded (see {@link foldText}), without punctuation. Done here and
 * not by PostgreSQL, whose idea of a letter depends on the locale that its cluster was made with.
 *
 * Where a script has no blanks (Chinese, Japanese, Thai), every two letters that stand together are a word, and so is the
 * last one. A dictionary cuts the same word in different ways beside different neighbours, and would not find it again;
 * so every part of a text finds it. An emoji is a word, in whatever colour of skin.
 */
export function searchWords(text: string): string[] {
  const words = new Set<string>();
  for (const { 0: piece, groups } of foldText(text).matchAll(pieces)) {
    for (const found of groups?.['unspaced'] === undefined ? [piece] : neighbours(piece)) {
      words.add(Array.from(found).slice(0, MAX_WORD_LENGTH).join(''));
      if (words.size === MAX_WORDS) return [...words];
    }
  }
  return [...words];
}

function neighbours(run: string): string[] {
  const letters = run.match(unspacedLetters) ?? [];
  return letters.map((letter, index) => `${letter}${letters[index + 1] ?? ''}`);
}

/**
 * What is kept with a row: its words, each with its company's mark in front. So the index has the words of each company by
 * themselves, and what a search reads does not grow with what other companies write.
 */
export function searchVector(companyId: string, ...texts: readonly (string | null)[]): string[] {
  const mark = companyMark(companyId);
  return searchWords(texts.filter((text) => text !== null).join(' ')).map((found) => keptWord(mark, found));
}

/**
 * A word as rows keep it: with a dot, which no word has, before its last letter. What begins with a word as it is written is
 * then longer than that word, so that a word and its continuations are two places of the index. For a beginning the index
 * collects every row anew at each search; that of a common word took four times as long as all the rest.
 */
export function keptWord(mark: string, word: string): string {
  return `${mark}${word.replace(/.$/u, '.$&')}`;
}

/** The word, or any that begins with it, as `tsquery` says it. */
export function wordOrLonger(mark: string, word: string): string {
  return `('${keptWord(mark, word)}' | '${mark}${word}':*)`;
}

/** Two companies may have the same: it only keeps them apart in the index, and every statement names the company too. */
export function companyMark(companyId: string): string {
  return companyId.toLowerCase().slice(-8);
}

const MAX_QUERY_WORDS = 8;
/** Korean puts what English says by little words behind the word itself. */
const suffixed = /\p{scx=Hang}/u;
const MIN_PHONE_DIGITS = 5;

/** What to look for, as PostgreSQL's `tsquery` says it. */
export interface SearchQuery {
  /** All of the words, or their beginnings. */
  readonly matches: string;
  /** All of the words as they stand there: better than beginnings. */
  readonly exact: string;
}

/**
 * All of the words; the last one, which may not be written to its end yet, also as the beginning of a word.
 * What looks like a phone number is also looked for as one. Undefined when there is no word to look for.
 */
export function searchQuery(companyId: string, text: string): SearchQuery | undefined {
  const words = searchWords(text).slice(0, MAX_QUERY_WORDS);
  if (words.length === 0) return undefined;
  const mark = companyMark(companyId);
  const exact = words.map((each) => `'${keptWord(mark, each)}'`);
  const beginnings = words.map((each, index) => {
    const mayGoOn = index === words.length - 1 || suffixed.test(each);
    return mayGoOn ? wordOrLonger(mark, each) : exact[index];
  });
  const phone = phoneDigits(text);
  const asPhone = phone === undefined ? '' : ` | ${wordOrLonger(mark, phone)}`;
  return { matches: `${beginnings.join(' & ')}${asPhone}`, exact: exact.join(' & ') };
}

/** Without what stands before a number in one country or another: contacts are found with their country's code and without. */
function phoneDigits(text: string): string | undefined {
  if (!/^[+\d\s()./-]+$/.test(text)) return undefined;
  const digits = text.replaceAll(/\D/g, '').replace(/^0+/, '');
  return digits.length >= MIN_PHONE_DIGITS ? digits : undefined;
}
