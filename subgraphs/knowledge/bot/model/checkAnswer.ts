import type { Citation } from '#schema/events/bot.ts';
import type { Passage } from '../answerer.ts';
import { quoteOf } from '../extractive/quote.ts';
import type { Question } from '../question.ts';
import { givesAwayPrompt } from './prompt.ts';

/** What may be said to the contact, or why it may not. */
export type Checked =
  | { readonly kind: 'good'; readonly text: string; readonly citations: readonly Citation[] }
  | { readonly kind: 'bad'; readonly problem: 'UNCITED' | 'TOO_LONG' | 'PROMPT' | 'UNFOUNDED' };

/** Every platform takes so much in a message, but Instagram, where channels cuts it in two. */
export const LONGEST_ANSWER = 2_000;

/**
 * Looks at what a model wants to say, since nothing that it is told keeps it from saying anything: that it names passages that it was
 * given, that every address, link and figure in it stands in these or in the question, and that it does not recite what it was told.
 */
export function checkAnswer(text: string, question: Question, passages: readonly Passage[]): Checked {
  if (text.length > LONGEST_ANSWER) return { kind: 'bad', problem: 'TOO_LONG' };
  if (givesAwayPrompt(text)) return { kind: 'bad', problem: 'PROMPT' };
  const cited = new Set(Array.from(text.matchAll(/\[(\d{1,3})\]/g), ([, number]) => passages[Number(number) - 1]));
  if (cited.size === 0 || cited.has(undefined)) return { kind: 'bad', problem: 'UNCITED' };
  const sources = [...cited].filter((passage) => passage !== undefined);
  const said = withoutMarks(text);
  const known = knownFrom(question, sources);
  if (said === '' || !isFounded(said, known)) return { kind: 'bad', problem: 'UNFOUNDED' };
  const asked = { terms: question.parts.flatMap(({ terms }) => terms), context: [] };
  return {
    kind: 'good',
    text: said,
    citations: sources.map((passage) => ({
      documentId: passage.documentId,
      quote: quoteOf(passage.text, asked, question.language),
    })),
  };
}

/** Without the numbers of passages. */
export function withoutMarks(text: string): string {
  return text.replaceAll(/\s*\[\d{1,3}\]/g, '').trim();
}

/** All that an answer from these passages may be from. */
export function knownFrom({ text: asked }: Question, passages: readonly Passage[]): string {
  return [asked, ...passages.map(({ title, heading, text }) => `${title} ${heading} ${text}`)].join(' ');
}

/** What a contact could act on: links, addresses, and figures of more than one digit. */
const facts = /https?:\/\/\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.-]+|\d[\d.,:/ -]*\d/giu;

/** Whether each link, address and figure stands in what is known. */
export function isFounded(said: string, known: string): boolean {
  const haystack = normal(known);
  return Array.from(said.matchAll(facts), ([fact]) => normal(fact.replace(/[.,;:!?)]+$/, ''))).every((fact) =>
    haystack.includes(fact),
  );
}

function normal(text: string): string {
  return text.toLowerCase().replaceAll(/[\s.,]/g, '');
}
