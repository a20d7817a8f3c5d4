import type { Turn } from '#schema/events/bot.ts';
import { isSubject, matchOf, subjectOf, type Asked } from './language/relevance.ts';
import type { ReplyLanguage } from './language/vocabulary.ts';
import { isReplyLanguage, languageIn, termsOf, typedTermsOf } from './language/words.ts';

/** What somebody wants to know. */
export interface Question {
  /** What they wrote since anybody answered. */
  readonly text: string;
  /** In which the answer has to be. */
  readonly language: ReplyLanguage;
  /** One for each thing that is asked at once. */
  readonly parts: readonly (Asked & { readonly text: string })[];
  /** What to look for: the question, and what it refers back to. */
  readonly query: string;
  /** What was said before it, oldest first. */
  readonly turns: readonly Turn[];
}

/** A search takes no more. */
const MAX_QUERY = 1_000;
/** More questions at once than anybody wants answered by a machine. */
const MAX_PARTS = 3;

/** “And to Austria?” goes on with what was asked before. */
const followUps =
  /^(and|what about|how about|also|or|und|was ist mit|oder|wie sieht es mit|et|y|e|en|ou|o|qu'en est-il|а|и)(?=[\s,?])/iu;
const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/** The question that the last turns of a conversation ask; undefined when they say nothing in words. */
export function questionOf(turns: readonly Turn[]): Question | undefined {
  const from = turns.findLastIndex(({ author }) => author !== 'CONTACT') + 1;
  const before = turns.slice(0, from);
  const text = textOf(turns.slice(from));
  if (!/[\p{L}\p{N}]/u.test(text)) return undefined;
  const earlier = before.filter(({ author, text: said }) => author === 'CONTACT' && said.trim() !== '');
  const language = languageOf([text, ...earlier.map((turn) => turn.text).toReversed()]);
  const parts = partsOf(text, language);
  const previous = earlier.at(-1);
  const refersBack =
    previous && (followUps.test(text) || parts.every(({ terms }) => terms.filter(isSubject).length < 2));
  if (!refersBack) return { text, language, parts, query: text.slice(0, MAX_QUERY), turns: before };
  const context = typedTermsOf(previous.text, language);
  return {
    text,
    language,
    parts: parts.map((part) => ({ ...part, context: [...part.context, ...context] })),
    query: `${text}\n${previous.text}`.slice(0, MAX_QUERY),
    turns: before,
  };
}

/** Of one question by itself, as an agent asks it. */
export function singleQuestion(text: string): Question | undefined {
  return questionOf([{ author: 'CONTACT', text }]);
}

/** Whether the bot has said this, word by word. */
export function saidBefore(text: string, turns: readonly Turn[]): boolean {
  return turns.some(({ author, text: said }) => author === 'BOT' && said.includes(text));
}

/** Whether a part asks for something in this text that nothing asked for before: one passage may answer several questions. */
export function asksAnew({ terms }: Asked, { turns, language }: Question, text: string): boolean {
  const asked = turns
    .filter(({ author }) => author === 'CONTACT')
    .map((turn) => turn.text)
    .join('\n');
  const [before, here] = [asked, text].map((one) => subjectOf('', termsOf(one, language)));
  return terms.some((term) => before && here && matchOf(term, before) === 0 && matchOf(term, here) > 0);
}

function textOf(turns: readonly Turn[]): string {
  return turns
    .map(({ text }) => text.trim())
    .filter(Boolean)
    .join('\n');
}

/** Of the question; when it is too short to show it, of what the contact wrote before. */
function languageOf(texts: readonly string[]): ReplyLanguage {
  for (const text of texts) {
    const language = languageIn(text);
    if (isReplyLanguage(language)) return language;
  }
  return 'english';
}

/** Sentences that ask are what is asked, and the others what stands around them; where none asks, all of it is asked. */
function partsOf(text: string, language: ReplyLanguage): (Asked & { readonly text: string })[] {
  const all = Array.from(sentences.segment(text), ({ segment }) => segment.trim()).filter(Boolean);
  const asking = all.filter((sentence) => /[?？]/.test(sentence) && typedTermsOf(sentence, language).some(isSubject));
  if (asking.length === 0 || asking.length > MAX_PARTS) {
    return [{ text, terms: typedTermsOf(text, language), context: [] }];
  }
  const around = all
    .filter((sentence) => !asking.includes(sentence))
    .flatMap((sentence) => typedTermsOf(sentence, language));
  return asking.map((sentence) => ({ text: sentence, terms: typedTermsOf(sentence, language), context: around }));
}
