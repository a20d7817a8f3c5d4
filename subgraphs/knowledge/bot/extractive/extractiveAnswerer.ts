import type { Citation } from '#schema/events/bot.ts';
import type { Answer, Answerer, Passage, Work } from '../answerer.ts';
import { isSubject, matchOf, relevanceOf, subjectOf, type Asked, type Subject } from '../language/relevance.ts';
import type { ReplyLanguage } from '../language/vocabulary.ts';
import { languageIn, termsOf, type Term } from '../language/words.ts';
import { phrases } from '../phrases.ts';
import { asksAnew, saidBefore, type Question } from '../question.ts';
import { quoteOf, unitsOf } from './quote.ts';

const work: Work = { model: 'extractive', promptVersion: null, promptTokens: 0, completionTokens: 0, modelMs: 0 };

/** So much of what is asked has to be in a passage for it to be an answer. */
export const CONFIDENT = 0.6;
const CONTEXT_WEIGHT = 0.35;
const RANK_WEIGHT = 0.1;
/** What is asked together is answered together: in one sentence, better than here and there. */
const CLOSEST_WEIGHT = 0.5;
/** How sure it makes of a passage that the rest of its document speaks of what is asked. */
const AROUND = 0.3;

interface Candidate {
  readonly passage: Passage;
  /** Of the passage under its title and headings. */
  readonly whole: Subject;
  /** Of these alone: what the passage is about, and does not only mention. */
  readonly head: Subject;
  readonly heading: readonly Term[];
  /** Of the passage under what it stands right below: all of a document has the title, and only a part of it the answer. */
  readonly text: Subject;
  /** Of its sentences and lines, each below what it stands under. */
  readonly units: readonly Subject[];
  /** Of all that was found of the document. */
  readonly document: Subject;
}

interface Best {
  readonly passage: Passage;
  readonly coverage: number;
  readonly score: number;
}

/**
 * Quotes the passage that speaks of what is asked, and knows no other words: no model, no account, and never anything that is not
 * in the documents. It is sure when most of what is asked is in the passage, by these words or others for the same; what is asked
 * with words that no document has, it does not know. It does not translate: passages in another language than the question's are none.
 */
export function createExtractiveAnswerer(): Answerer {
  return {
    async answer(question, passages) {
      const { language, parts } = question;
      const candidates = candidatesOf(passages, language);
      const best = parts.map((part) => bestOf(part, candidates));
      const confidence = Math.min(...best.map((one) => one?.coverage ?? 0));
      if (confidence < CONFIDENT) return { kind: 'notFound', reason: 'NOT_IN_KNOWLEDGE', confidence, work };
      return found(question, best, confidence);
    },
  };
}

function found(question: Question, best: readonly (Best | undefined)[], confidence: number): Answer {
  const { language, parts } = question;
  const citations = new Map<string, Citation & { readonly title: string }>();
  for (const [i, one] of best.entries()) {
    const part = parts[i];
    if (!one || !part) continue;
    const { documentId, title, text } = one.passage;
    const quote = newOf(quoteOf(text, part, language), part, question);
    citations.set(`${documentId} ${quote}`, { documentId, quote, title });
  }
  const quoted = [...citations.values()];
  return {
    kind: 'found',
    text: quoted.map(({ title, quote }) => `${phrases[language].from(title)}\n${quote}`).join('\n\n'),
    citations: quoted.map(({ documentId, quote }) => ({ documentId, quote })),
    confidence,
    work,
  };
}

/** What was quoted before is not quoted again, but for the sentence or line in it that says what is asked only now. */
function newOf(quote: string, part: Asked, question: Question): string {
  if (!saidBefore(quote, question.turns)) return quote;
  return (
    unitsOf(quote)
      .map((unit) => unit.trim())
      .find((unit) => asksAnew(part, question, unit)) ?? quote
  );
}

/** A text that shows no language may be in any. */
function speaks(text: string, language: ReplyLanguage): boolean {
  const spoken = languageIn(text);
  return spoken === undefined || spoken === language;
}

function candidatesOf(passages: readonly Passage[], language: ReplyLanguage): Candidate[] {
  const subject = (text: string) => subjectOf(text, termsOf(text, language));
  const spoken = passages.filter(({ title, text }) => speaks(`${title}\n${text}`, language));
  const documents = new Map(
    [...Map.groupBy(spoken, ({ documentId }) => documentId)].map(([id, own]) => [
      id,
      subject(own.map(({ title, heading, text }) => `${title}\n${heading}\n${text}`).join('\n')),
    ]),
  );
  return spoken.map((passage) => {
    const { documentId, title, heading, text } = passage;
    const whole = subject(`${title}\n${heading}\n${text}`);
    return {
      passage,
      whole,
      head: subject(`${title}\n${heading}`),
      heading: termsOf(heading, language),
      text: subject(`${heading || title}\n${text}`),
      units: unitsOf(text).map((unit) => below(subject(heading), subject(unit))),
      document: documents.get(documentId) ?? whole,
    };
  });
}

/** A sentence under a heading: its figures are its own. */
function below(heading: Subject, unit: Subject): Subject {
  return {
    stems: new Set([...unit.stems, ...heading.stems]),
    concepts: new Set([...unit.concepts, ...heading.concepts]),
    hasFigures: unit.hasFigures,
  };
}

function bestOf(part: Asked, candidates: readonly Candidate[]): Best | undefined {
  const rarity = rarityIn(candidates);
  // A question of nothing but small words (“How long does it take?”) is about what was said around it.
  const asked = part.terms.some(isSubject) ? part : { terms: [...part.terms, ...part.context], context: [] };
  if (!asked.terms.some(isSubject)) return undefined;
  const wanted = subjectOf('', [...asked.terms, ...asked.context]);
  const ranked = candidates.map((candidate, rank): Best => {
    const { passage, whole, head, text, units, document } = candidate;
    const [all, about, said, around] = [whole, head, text, document].map((subject) => {
      const { coverage, closeness, context } = relevanceOf(asked, subject, rarity);
      return { coverage, score: closeness + CONTEXT_WEIGHT * context };
    });
    const closest = Math.max(0, ...units.map((unit) => relevanceOf(asked, unit, rarity).closeness));
    const score =
      (all?.score ?? 0) +
      (said?.score ?? 0) +
      (about?.score ?? 0) * precision(candidate, wanted) +
      CLOSEST_WEIGHT * closest;
    const coverage = (1 - AROUND) * (all?.coverage ?? 0) + AROUND * (around?.coverage ?? 0);
    // What the search takes for better is better, among equals.
    return { passage, coverage, score: score + RANK_WEIGHT / (rank + 1) };
  });
  return ranked.toSorted((a, b) => b.score - a.score)[0];
}

/** How much of what the headings promise was asked for: a passage under more of them is about something else as well. */
function precision({ heading }: Candidate, wanted: Subject): number {
  const asked = heading.filter((term) => matchOf(term, wanted) > 0).length;
  return (asked + 1) / (heading.length + 1);
}

/** Between 0.5 for what is in every passage, and 1 for what is in few or none. */
function rarityIn(candidates: readonly Candidate[]): (term: Term) => number {
  return (term) => {
    const having = candidates.filter(({ whole }) => matchOf(term, whole) > 0).length;
    return 1 - 0.5 * (candidates.length === 0 ? 0 : having / candidates.length);
  };
}
