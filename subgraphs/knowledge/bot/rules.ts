import type { HandOverReason, Turn } from '#schema/events/bot.ts';
import { isSubject } from './language/relevance.ts';
import { termsOf } from './language/words.ts';
import { asksAnew, saidBefore, type Question } from './question.ts';
import { hasWord, isAngry, saysUnhelped, wantsPerson } from './wishes.ts';

/** How the company wants its bot to work, at the moment of the question. */
export interface CompanyRules {
  readonly botName: string;
  readonly handOverWords: readonly string[];
  readonly isOutsideHours: boolean;
  readonly answersOutsideHours: boolean;
  readonly backAt: string | null;
  readonly timeZone: string;
}

/** So much of two questions has to be the same for them to be one. */
const SAME_QUESTION = 0.8;

/** Why people have to answer, whatever the documents say. */
export function whyNotAnswer(question: Question, rules: CompanyRules): HandOverReason | undefined {
  const { text } = question;
  if (wantsPerson(text)) return 'ASKED_FOR_PERSON';
  if (isAngry(text)) return 'ANGER';
  if (hasWord(text, rules.handOverWords)) return 'COMPANY_RULE';
  if (rules.isOutsideHours && !rules.answersOutsideHours) return 'OUTSIDE_HOURS';
  return isRepeated(question) ? 'REPEATED' : undefined;
}

/** Whether the bot has answered that before: another answer it does not have. */
function isRepeated({ text, language, turns }: Question): boolean {
  const answered = turns.flatMap((turn, at) => (turn.author === 'CONTACT' && isAnswered(turns, at) ? [turn.text] : []));
  if (answered.length === 0) return false;
  if (saysUnhelped(text)) return true;
  const asked = stemsOf(text, language);
  return asked.size > 0 && answered.some((earlier) => areSame(asked, stemsOf(earlier, language)));
}

function isAnswered(turns: readonly Turn[], at: number): boolean {
  return turns.slice(at).find(({ author }) => author !== 'CONTACT')?.author === 'BOT';
}

function stemsOf(text: string, language: Question['language']): ReadonlySet<string> {
  const terms = termsOf(text, language);
  return new Set(terms.some(isSubject) ? terms.map(({ stem }) => stem) : []);
}

function areSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const shared = [...one].filter((stem) => other.has(stem)).length;
  return shared / Math.max(one.size, other.size) >= SAME_QUESTION;
}

/** Whether all of it was said before, word by word, to somebody who asks for nothing else than before. */
export function wasSaid(quotes: readonly string[], question: Question): boolean {
  return (
    quotes.length > 0 &&
    quotes.every((quote) => saidBefore(quote, question.turns)) &&
    !question.parts.some((part) => asksAnew(part, question, quotes.join('\n')))
  );
}
