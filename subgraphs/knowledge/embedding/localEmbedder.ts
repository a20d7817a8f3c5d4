import { setImmediate } from 'node:timers/promises';
import { concepts } from './concepts.ts';
import type { Embedder } from './embedder.ts';
import { hash32 } from './hash.ts';
import { isStopWord, languageOf, stem } from './languages.ts';
import { wordsOf } from './words.ts';

const DIMENSIONS = 384;
/** Raise it with every change of what a vector looks like: the name decides which collection holds it. */
const MODEL = 'local-v1';

/** A shared concept says more than one shared word. All letters of a word together weigh as much as the word. */
const CONCEPT_WEIGHT = 1.5;
const LETTERS_WEIGHT = 1;
/** The letters of a word in alphabetical order are the same after two changed places, the commonest slip of all. */
const SORTED_WEIGHT = 0.7;
const PHRASE_SPAN = 3;

/** Stem of a concept's word, or of a phrase's first word → what follows it, if anything, and the concept. */
const lexicon = new Map<string, { readonly next: string | undefined; readonly concept: string }[]>();
for (const [concept, expressions] of Object.entries(concepts)) {
  for (const expression of expressions) {
    const [first = '', next] = wordsOf(expression).map((word) => stem(word, 'english'));
    lexicon.set(first, [...(lexicon.get(first) ?? []), { next, concept }]);
  }
}

/**
 * An embedder that needs no model, no network and no start: stems, the concepts of {@link concepts} and groups of letters,
 * hashed with signs into 384 dimensions. Equal texts have equal vectors on every machine.
 *
 * Near are texts that share words in any form and order, words spelled almost alike, or listed concepts. It does not know
 * what words mean beyond that, and it does not translate.
 */
export function createLocalEmbedder(): Embedder {
  return {
    model: MODEL,
    dimensions: DIMENSIONS,
    async embed(texts) {
      const vectors: number[][] = [];
      for (const text of texts) {
        // A passage takes up to a millisecond: a long document must not hold up everything else in the process.
        if (vectors.length > 0) await setImmediate();
        vectors.push(vectorOf(text));
      }
      return vectors;
    },
  };
}

function vectorOf(text: string): number[] {
  const vector = Array.from({ length: DIMENSIONS }, () => 0);
  const add = (feature: string, weight: number) => {
    const hash = hash32(feature);
    const at = hash % DIMENSIONS;
    vector[at] = (vector[at] ?? 0) + (hash & 0x8000_0000 ? -weight : weight);
  };
  const features = featuresOf(text);
  // Signs and punctuation only: still a text, and cosine needs a direction.
  if (features.size === 0) for (const character of text.trim() || '∅') add(character, 1);
  for (const [feature, { weight, count }] of features) add(feature, weight * (1 + Math.log(count)));
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
}

interface Feature {
  readonly weight: number;
  count: number;
}

function featuresOf(text: string): Map<string, Feature> {
  const features = new Map<string, Feature>();
  const count = (feature: string, weight: number) => {
    const known = features.get(feature);
    if (known) known.count++;
    else features.set(feature, { weight, count: 1 });
  };
  const words = wordsOf(text);
  const language = languageOf(words) ?? 'english';
  const stems = words.map((word) => stem(word, language));
  for (const [i, word] of words.entries()) {
    if (language === 'english') for (const concept of conceptsAt(stems, i)) count(`concept ${concept}`, CONCEPT_WEIGHT);
    if (isStopWord(word, language)) continue;
    const root = stems[i] ?? word;
    count(`stem ${root}`, 1);
    count(`sorted ${Array.from(root).toSorted().join('')}`, SORTED_WEIGHT);
    const letters = letterGroups(root);
    for (const group of letters) count(`letters ${group}`, LETTERS_WEIGHT / Math.sqrt(letters.length));
  }
  return features;
}

function conceptsAt(stems: readonly string[], at: number): string[] {
  const following = stems.slice(at + 1, at + 1 + PHRASE_SPAN);
  return (lexicon.get(stems[at] ?? '') ?? [])
    .filter(({ next }) => next === undefined || following.includes(next))
    .map(({ concept }) => concept);
}

/** Two and three neighbouring letters, the word's borders among them: a wrong letter leaves most of them alone. */
function letterGroups(word: string): string[] {
  const letters = Array.from(`^${word}$`);
  const groups: string[] = [];
  for (const size of [2, 3]) {
    for (let i = 0; i + size <= letters.length; i++) groups.push(letters.slice(i, i + size).join(''));
  }
  return groups;
}
