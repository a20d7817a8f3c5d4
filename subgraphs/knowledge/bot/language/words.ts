import { isStopWord, languageOf, stem, type Language } from '../../embedding/languages.ts';
import { wordsOf } from '../../embedding/words.ts';
import { meantBy } from './spelling.ts';
import { fillers, lightWords, replyLanguages, vocabulary, type ReplyLanguage } from './vocabulary.ts';

/** Something that a text is about. */
export interface Term {
  /** As it was written, in lower case; of a phrase its first word. */
  readonly word: string;
  readonly stem: string;
  /** What it is another word for. */
  readonly concepts: readonly string[];
  /** The stem of what was typed, where that is taken for a slip of the pen. */
  readonly typed?: string;
  /** Of those that are in many questions. */
  readonly isLight: boolean;
}

interface Expression {
  readonly rest: readonly string[];
  readonly concept: string;
}

/** How far apart the words of a phrase may stand: after a question word and before the end of a verb, a whole clause. */
const PHRASE_SPAN = 3;
const CLAUSE_SPAN = 6;

const questionWords = new Set(['where', 'when', 'how', 'wo', 'wann', 'wie', 'ou', 'quand', 'dond', 'cuand']);
/** “Bring the tent that we rented back”, „schicke ich die Schuhe zurück“ */
const particles = new Set(['back', 'zuruck', 'out', 'an']);

/** By the stem of its first word: what else belongs to an expression, and what it stands for. */
const lexicons = new Map(
  replyLanguages.map((language) => {
    const lexicon = new Map<string, Expression[]>();
    for (const [concept, expressions] of Object.entries<readonly string[]>(vocabulary[language])) {
      for (const expression of expressions) {
        const [first = '', ...rest] = wordsOf(expression).map((word) => stemOf(word, language));
        lexicon.set(first, [...(lexicon.get(first) ?? []), { rest, concept }]);
      }
    }
    return [language, lexicon];
  }),
);

const fillerSets = new Map(replyLanguages.map((language) => [language, new Set(wordsOf(fillers[language]))]));
const lightSets = new Map(
  replyLanguages.map((language) => [
    language,
    new Set(wordsOf(lightWords[language]).map((word) => stemOf(word, language))),
  ]),
);

/** Stemmers leave “add” alone and make “ad” of “added”; and a year's end is a year's. */
function stemOf(word: string, language: Language): string {
  return stem(language === 'english' ? word.replace(/'s$/u, '') : word, language).replace(/([bdfgmnprt])\1$/u, '$1');
}

export function isReplyLanguage(language: string | undefined): language is ReplyLanguage {
  return replyLanguages.some((known) => known === language);
}

/** The language that a text shows by its grammar, or by the small words of conversation where it has no grammar. */
export function languageIn(text: string): Language | undefined {
  const words = wordsOf(text);
  const language = languageOf(words);
  if (language) return language;
  const counts = replyLanguages.map((known) => ({
    known,
    count: words.filter(
      (word) => (fillerSets.get(known)?.has(word) ?? false) || lexicons.get(known)?.has(stemOf(word, known)),
    ).length,
  }));
  const [best, second] = counts.toSorted((a, b) => b.count - a.count);
  return best && second && best.count > second.count ? best.known : undefined;
}

/** What a text is about, in its order: without grammar and small talk. A phrase that stands for something is one term. */
export function termsOf(text: string, language: ReplyLanguage): Term[] {
  return termsIn(wordsOf(text), language);
}

/** The same of what somebody has typed in a hurry: a slip of the pen is taken for the word that was meant. */
export function typedTermsOf(text: string, language: ReplyLanguage): Term[] {
  const words = wordsOf(text);
  const meant = words.map((word) => (isKnown(word, language) ? word : (meantBy(word, language) ?? word)));
  return termsIn(meant, language, { typed: words });
}

function isKnown(word: string, language: ReplyLanguage): boolean {
  const root = stemOf(word, language);
  return (
    (fillerSets.get(language)?.has(word) ?? false) ||
    (lexicons.get(language)?.has(root) ?? false) ||
    (lightSets.get(language)?.has(root) ?? false)
  );
}

/** @param asked What somebody has typed: “bring the tent that we rented back” in a question is one thing, in a document it is several. */
function termsIn(
  words: readonly string[],
  language: ReplyLanguage,
  asked?: { readonly typed: readonly string[] },
): Term[] {
  const stems = words.map((word) => stemOf(word, language));
  const taken = new Set<number>();
  const concepts = words.map((_word, at) => conceptsAt(stems, at, { language, taken, isAsked: asked !== undefined }));
  return words.flatMap((word, at) => {
    const own = concepts[at] ?? [];
    const isGrammar = isStopWord(word, language) || (fillerSets.get(language)?.has(word) ?? false);
    if ((isGrammar || taken.has(at)) && own.length === 0) return [];
    const root = stems[at] ?? word;
    const isLight = own.length === 0 && ((lightSets.get(language)?.has(root) ?? false) || /^\d+$/.test(word));
    const written = asked?.typed[at] ?? word;
    // What looks like a slip may be a name, which the documents have as well.
    const other = written === word ? {} : { typed: stemOf(written, language) };
    return [{ word, stem: root, concepts: own, isLight, ...other }];
  });
}

/**
 * What stands for something at a place. A phrase says more than its first word alone: “send back” is no delivery.
 *
 * @param options.taken Takes note of the further words of phrases, which say nothing by themselves.
 */
function conceptsAt(
  stems: readonly string[],
  at: number,
  options: { readonly language: ReplyLanguage; readonly taken: Set<number>; readonly isAsked: boolean },
): string[] {
  const { language, taken, isAsked } = options;
  const isQuestion = questionWords.has(stems[at] ?? '');
  const spanTo = (word: string) => (isQuestion || (isAsked && particles.has(word)) ? CLAUSE_SPAN : PHRASE_SPAN);
  const found = (lexicons.get(language)?.get(stems[at] ?? '') ?? []).flatMap(({ rest, concept }) => {
    const places = rest.map((word) => stems.slice(at + 1, at + 1 + spanTo(word)).indexOf(word) + at + 1);
    return places.includes(at) ? [] : [{ concept, places }];
  });
  const phrases = found.filter(({ places }) => places.length > 0);
  for (const place of phrases.flatMap(({ places }) => places)) taken.add(place);
  return [...new Set((phrases.length > 0 ? phrases : found).map(({ concept }) => concept))];
}
