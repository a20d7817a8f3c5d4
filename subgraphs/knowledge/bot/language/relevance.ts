import { things } from './vocabulary.ts';
import type { Term } from './words.ts';

/** How well a text answers to what is asked. */
export interface Relevance {
  /** As `coverage`, with a say for words that are in many questions: of texts that all answer, they choose. */
  readonly closeness: number;
  /** From 0 to 1: how much of what the question is about is in the text. */
  readonly coverage: number;
  /** The same of what stands around the question. */
  readonly context: number;
}

/** What is asked, and what was said around it. */
export interface Asked {
  readonly terms: readonly Term[];
  readonly context: readonly Term[];
}

/** What a text is about, prepared to be compared with many terms. */
export interface Subject {
  readonly stems: ReadonlySet<string>;
  readonly concepts: ReadonlySet<string>;
  readonly hasFigures: boolean;
}

/** Asked for by nearly every question, and answered by figures. */
const FIGURES = new Set(['time', 'cost']);
/** How much a term is of a question: what the company's trade is about, any other word, one that is in many questions. */
const WEIGHTS = { topic: 1.5, word: 0.8, figures: 0.4, light: 0.1 };
const CHOOSING_WEIGHTS = { ...WEIGHTS, light: 0.4 };
const SAME_CONCEPT = 0.85;
const FIGURES_MATCH = 0.6;
/** A part of a compound or another form of a word; a slip of the pen. */
const ALIKE = 0.75;
const MISSPELT = 0.9;
const SHORTEST_ALIKE = 5;

export function subjectOf(text: string, terms: readonly Term[]): Subject {
  return {
    stems: new Set(terms.map(({ stem }) => stem)),
    concepts: new Set(terms.flatMap(({ concepts }) => concepts)),
    // The numbers of a list are none.
    hasFigures: /\d/.test(text.replaceAll(/^\s*\d+[.)]\s/gm, '')),
  };
}

/** @param rarity How much a term tells passages apart: what is in all of them says nothing about one. */
export function relevanceOf(asked: Asked, subject: Subject, rarity: (term: Term) => number): Relevance {
  return {
    coverage: coverageOf(asked.terms, subject, rarity, WEIGHTS),
    closeness: coverageOf(asked.terms, subject, rarity, CHOOSING_WEIGHTS),
    context: coverageOf(asked.context, subject, rarity, WEIGHTS),
  };
}

function coverageOf(
  terms: readonly Term[],
  subject: Subject,
  rarity: (term: Term) => number,
  weights: typeof WEIGHTS,
): number {
  let whole = 0;
  let found = 0;
  for (const term of terms) {
    const weight = weights[kindOf(term)] * rarity(term);
    whole += weight;
    found += weight * matchOf(term, subject);
  }
  return whole === 0 ? 0 : found / whole;
}

/** What only asks for a figure, or is in many questions, carries no subject. */
export function isSubject(term: Term): boolean {
  return kindOf(term) === 'topic' || kindOf(term) === 'word';
}

function kindOf({ concepts, isLight }: Term): keyof typeof WEIGHTS {
  if (isLight) return 'light';
  if (concepts.length === 0) return 'word';
  if (concepts.every((concept) => FIGURES.has(concept))) return 'figures';
  return concepts.every((concept) => things.has(concept) || FIGURES.has(concept)) ? 'word' : 'topic';
}

/** From 0 to 1: whether the text speaks of it, in this word or another. */
export function matchOf({ stem, concepts, typed }: Term, subject: Subject): number {
  if (subject.stems.has(stem) || (typed !== undefined && subject.stems.has(typed))) return 1;
  if (concepts.some((concept) => subject.concepts.has(concept))) return SAME_CONCEPT;
  const figures = subject.hasFigures ? Math.max(0, ...concepts.map((concept) => figuresMatch(concept, subject))) : 0;
  if (figures > 0) return figures;
  if (stem.length < SHORTEST_ALIKE) return 0;
  let best = 0;
  for (const other of subject.stems) best = Math.max(best, likeness(stem, other));
  return best;
}

/** A figure in a text that speaks of the other kind of them is most likely one of those. */
function figuresMatch(concept: string, { concepts }: Subject): number {
  if (!FIGURES.has(concept)) return 0;
  return [...FIGURES].some((other) => other !== concept && concepts.has(other)) ? FIGURES_MATCH / 2 : FIGURES_MATCH;
}

function likeness(one: string, other: string): number {
  if (other.length < SHORTEST_ALIKE) return 0;
  const most = Math.min(one.length, other.length) >= 8 ? 2 : 1;
  const isClose = Math.abs(one.length - other.length) <= most && one[0] === other[0];
  if (isClose && distance(one, other) <= most) return MISSPELT;
  return one.includes(other) || other.includes(one) ? ALIKE : 0;
}

/** Letters that are wrong, missing, too many or in the wrong order. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    before = previous;
    previous = row;
  }
  return previous[other.length] ?? 0;
}
