import type { HandOverReason, Turn } from '#schema/events/bot.ts';
import type { ReplyLanguage } from './language/vocabulary.ts';
import { locales, phrases } from './phrases.ts';
import type { CompanyRules } from './rules.ts';

/** What the contact is told: that somebody takes over, and when people are back if nobody is there. */
export function handOverText(reason: HandOverReason, language: ReplyLanguage, rules: CompanyRules): string {
  const { handOver, back } = phrases[language];
  if (!rules.isOutsideHours || rules.backAt === null) return handOver[reason];
  return `${handOver[reason]} ${back(timeOf(rules.backAt, language, rules.timeZone))}`;
}

function timeOf(instant: string, language: ReplyLanguage, timeZone: string): string {
  const format = {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
  } as const;
  return new Intl.DateTimeFormat(locales[language], format).format(new Date(instant));
}

const reasons: Readonly<Record<HandOverReason, string>> = {
  ASKED_FOR_PERSON: 'the contact asked for a person',
  NOT_IN_KNOWLEDGE: 'the documents do not answer it',
  REPEATED: 'the contact asked the same again',
  ANGER: 'the contact is angry',
  COMPANY_RULE: 'of a word that your company leaves to people',
  OUTSIDE_HOURS: 'nobody is there at this time',
  MODEL_FAILED: 'the bot could not look it up',
  BOT_AWAY: 'it did not answer in time',
};

const LONGEST_TEXT = 500;
const MOST_BEFORE = 3;

/** What an agent has to know who takes over. */
export function summaryOf(
  reason: HandOverReason,
  {
    text,
    language,
    turns,
  }: { readonly text: string; readonly language: ReplyLanguage; readonly turns: readonly Turn[] },
): string {
  const before = turns
    .filter(({ author, text: said }) => author === 'CONTACT' && said.trim() !== '')
    .slice(-MOST_BEFORE);
  const answers = turns.filter(({ author }) => author === 'BOT').length;
  return [
    `The bot handed over because ${reasons[reason]}.`,
    text === '' ? 'The contact wrote no words.' : `The contact wants: “${shortened(text)}”`,
    before.length > 0 && `Before: ${before.map((turn) => `“${shortened(turn.text)}”`).join(', ')}`,
    answers > 0 && `Answered by the bot: ${answers} ${answers === 1 ? 'message' : 'messages'}.`,
    `Language: ${language}.`,
  ]
    .filter(Boolean)
    .join('\n');
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= LONGEST_TEXT ? line : `${line.slice(0, LONGEST_TEXT - 1).toWellFormed()}…`;
}
