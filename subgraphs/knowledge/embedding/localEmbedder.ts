import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { concepts } from './concepts.ts';
import type { Embedder } from './embedder.ts';
import { hash32 } from './hash.ts';
import { isStopWord, languageOf, rarity, stem, type Language } from './languages.ts';
import { wordsOf } from './words.ts';

const DIMENSIONS = 512;
/** Raise it with every change of what a vector looks like: the name decides which collection holds it. */
const MODEL = 'local-v2';

/** A shared concept says more than one shared word. All letters of a word together weigh more than the word. */
const CONCEPT_WEIGHT = 1.5;
const LETTERS_WEIGHT = 2;
/** The letters of a word in alphabetical order are the same after two changed places, the commonest slip of all. */
const SORTED_WEIGHT = 0.7;
const PHRASE_SPAN = 3;
/** How many digits a number keeps: more say nothing, and make every vector longer on its way. */
const PRECISION = 1e6;

/** Stem of a concept's word, or of a phrase's first word → what follows it, if anything, and the concept. */
const lexicon = new Map<string, { readonly next: string | undefined; readonly concept: string }[]>();
for (const [concept, expressions] of Object.entries(concepts)) {
  for (const expression of expressions) {
    const [first = '', next] = wordsOf(expression).map((word) => stem(word, 'english'));
    lexicon.set(first, [...(lexicon.get(first) ?? []), { next, concept }]);
  }
}

/**
 * An embedder that needs no model, no network and no start: stems, the concepts of {@link concepts} and groups of letters, each by how
 * rare the word is in its language, hashed with signs into 512 dimensions. Equal texts have equal vectors on every machine.
 *
 * Near are texts that share words in any form and order, words spelled almost alike, or listed concepts. It does not know
 * what words mean beyond that, and it does not translate: beside a ranking by words, its own counts for little.
 */
export function createLocalEmbedder(): Embedder {
  return {
    model: MODEL,
    dimensions: DIMENSIONS,
    weight: 0.25,
    async embed(texts) {
      const vectors: number[][] = [];
      for (const text of texts) {
        // A long document must not hold up everything else in the process.
        if (vectors.length % 16 === 15) await setImmediate();
        vectors.push(vectorOf(text));
      }
      return vectors;
    },
  };
}

function vectorOf(text: string): number[] {
  const vector = new Float64Array(DIMENSIONS);
  let isEmpty = true;
  for (const [features, count] of featuresOf(text)) {
    isEmpty = false;
    add(vector, features, 1 + Math.log(count));
  }
  // Signs and punctuation only: still a text, and cosine needs a direction.
  if (isEmpty) for (const character of text.trim() || '∅') add(vector, featuresFrom([[character, 1]]), 1);
  const norm = Math.hypot(...vector) || 1;
  return Array.from(vector, (value) => Math.round((value / norm) * PRECISION) / PRECISION);
}

/** Where something is seen in a vector, and how strongly. */
interface Features {
  readonly places: Uint16Array;
  readonly weights: Float64Array;
}

function add(vector: Float64Array, { places, weights }: Features, times: number): void {
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    vector[place] = (vector[place] as number) + (weights[i] as number) * times;
  }
}

function featuresFrom(entries: readonly (readonly [feature: string, weight: number])[]): Features {
  const hashes = entries.map(([feature]) => hash32(feature));
  return {
    places: Uint16Array.from(hashes, (hash) => hash % DIMENSIONS),
    weights: Float64Array.from(hashes, (hash, i) => (hash & 0x8000_0000 ? -1 : 1) * (entries[i]?.[1] ?? 0)),
  };
}

/** What words and concepts the text has, and how often each. */
function featuresOf(text: string): Map<Features, number> {
  const found = new Map<Features, number>();
  const count = (features: Features) => found.set(features, (found.get(features) ?? 0) + 1);
  const words = wordsOf(text);
  const language = languageOf(words) ?? 'english';
  const stems = words.map((word) => stem(word, language));
  for (const [i, word] of words.entries()) {
    if (language === 'english') for (const concept of conceptsAt(stems, i)) count(conceptFeatures(concept));
    if (!isStopWord(word, language)) count(rootFeatures(stems[i] ?? word, language));
  }
  return found;
}

function conceptsAt(stems: readonly string[], at: number): string[] {
  const following = stems.slice(at + 1, at + 1 + PHRASE_SPAN);
  return (lexicon.get(stems[at] ?? '') ?? [])
    .filter(({ next }) => next === undefined || following.includes(next))
    .map(({ concept }) => concept);
}

const ofConcepts = new Map<string, Features>();
/** Texts repeat their words. */
const ofRoots = new LRUCache<string, Features>({ max: 20_000 });

function conceptFeatures(concept: string): Features {
  let features = ofConcepts.get(concept);
  if (!features) {
    features = featuresFrom([[`concept ${concept}`, CONCEPT_WEIGHT]]);
    ofConcepts.set(concept, features);
  }
  return features;
}

function rootFeatures(root: string, language: Language): Features {
  const key = `${language} ${root}`;
  let features = ofRoots.get(key);
  if (!features) {
    const weight = rarity(root, language);
    const letters = letterGroups(root);
    features = featuresFrom([
      [`stem ${root}`, weight],
      [`sorted ${Array.from(root).toSorted().join('')}`, weight * SORTED_WEIGHT],
      ...letters.map((group) => [`letters ${group}`, (weight * LETTERS_WEIGHT) / Math.sqrt(letters.length)] as const),
    ]);
    ofRoots.set(key, features);
  }
  return features;
}

/** Three and four neighbouring letters, the word's borders among them: a wrong letter leaves most of them alone. */
function letterGroups(word: string): string[] {
  const letters = Array.from(`^${word}$`);
  const groups: string[] = [];
  for (const size of [3, 4]) {
    for (let i = 0; i + size <= letters.length; i++) groups.push(letters.slice(i, i + size).join(''));
  }
  return groups;
}
