/**
 * An estimate of what language models count: one for each character of scripts that write no spaces, one for every
 * started six letters of a word, one for each mark. Models differ; chunks need a size, not an invoice.
 */
const TOKEN =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]|[\p{L}\p{M}\p{N}]{1,6}|[^\s\p{L}\p{M}\p{N}]/gu;

/** How many tokens the text has, by the estimate above. */
export function countTokens(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(TOKEN)) count++;
  return count;
}

/** Cuts a text that has no better place to cut into pieces of at most `max` tokens; what is not a token stays with its left neighbour. */
export function splitByTokens(text: string, max: number): string[] {
  const pieces: string[] = [];
  let count = 0;
  let start = 0;
  for (const token of text.matchAll(TOKEN)) {
    if (count === max) {
      pieces.push(text.slice(start, token.index));
      start = token.index;
      count = 0;
    }
    count++;
  }
  pieces.push(text.slice(start));
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '');
}
