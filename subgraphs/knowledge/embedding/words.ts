const UNSPACED = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}`;
/** Letters and digits in a row, with an apostrophe inside a word or a point inside a number. Katakana's long vowel is no script's own. */
const WORD = new RegExp(
  String.raw`[${UNSPACED}ー]+|(?:(?![${UNSPACED}])[\p{L}\p{M}\p{N}])+(?:(?:'(?=\p{L})|[.,](?=\p{N}))(?:(?![${UNSPACED}])[\p{L}\p{M}\p{N}])+)*`,
  'gu',
);
const IS_UNSPACED = new RegExp(`^[${UNSPACED}ー]`, 'u');
/** The articles and prepositions of French and Italian that are written together with their word. */
const ELISION = /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|all|dall|dell|nell|sull|un|quell|quest)'(?=\p{L})/u;
/** Longer than any word: base64 and the like, which nobody searches for. */
const LONGEST = 64;

/**
 * The words as people would look them up: lower case, one spelling per character, without articles that are written together with
 * them. Scripts without spaces give each two neighbouring characters: where their words begin and end is a guess that would come out
 * differently for a question than for the text that answers it.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.normalize('NFKC').toLowerCase().replaceAll('’', "'").matchAll(WORD)) {
    if (IS_UNSPACED.test(word)) words.push(...pairsOf(word));
    else if (word.length <= LONGEST) words.push(word.replace(ELISION, ''));
  }
  return words;
}

function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, i) => (characters[i] ?? '') + character);
}
