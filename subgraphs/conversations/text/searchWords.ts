const MAX_WORDS = 2_000;
const MAX_WORD_LENGTH = 40;

/**
 * The words of a text as search compares them: without case, accents and punctuation, each once. Done here and not by
 * PostgreSQL, whose idea of a letter depends on the locale that its cluster was made with.
 */
export function searchWords(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
  const words = new Set<string>();
  for (const [word] of plain.matchAll(/[\p{L}\p{N}\p{Mc}]+/gu)) {
    words.add(Array.from(word).slice(0, MAX_WORD_LENGTH).join(''));
    if (words.size === MAX_WORDS) break;
  }
  return [...words];
}

/** What is kept with a row: its words, and the company as a word of its own (see `search_conversations`). */
export function searchVector(companyId: string, ...texts: readonly (string | null)[]): string[] {
  return [companyId, ...searchWords(texts.filter((text) => text !== null).join(' '))];
}

const MAX_QUERY_WORDS = 8;

/** All of the words, each the beginning of one in the text; undefined when there is no word to look for. */
export function searchQuery(text: string): string | undefined {
  const words = searchWords(text).slice(0, MAX_QUERY_WORDS);
  return words.length > 0 ? words.map((word) => `'${word}':*`).join(' & ') : undefined;
}
