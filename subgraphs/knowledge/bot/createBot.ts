import type { Citation, HandOverReason, Turn } from '#schema/events/bot.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Answer, Answerer, Passage } from './answerer.ts';
import { handOverText, summaryOf } from './handOverText.ts';
import { phrases } from './phrases.ts';
import { questionOf, type Question } from './question.ts';
import type { FindPassages } from './retrieve.ts';
import { wasSaid, whyNotAnswer, type CompanyRules } from './rules.ts';
import { smallTalkIn } from './wishes.ts';

/** What somebody waits for. */
export interface Ask {
  readonly companyId: string;
  readonly turns: readonly Turn[];
  readonly rules: CompanyRules;
}

/** One thing that was done for an answer, for whoever wants to know why it is as it is. */
export interface Step {
  readonly step: 'RULES' | 'RETRIEVE' | 'ANSWER';
  readonly ms: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

interface Replied {
  readonly question: string;
  readonly language: string;
  readonly confidence: number | null;
  readonly steps: readonly Step[];
}

export type Reply =
  | (Replied & { readonly outcome: 'ANSWERED'; readonly text: string; readonly citations: readonly Citation[] })
  | (Replied & {
      readonly outcome: 'HANDED_OVER';
      readonly reason: HandOverReason;
      readonly text: string;
      readonly summary: string;
    });

export interface Bot {
  /** What the bot says to a contact, or why a person has to. Rejects only when `signal` aborts. */
  reply(ask: Ask, signal: AbortSignal): Promise<Reply>;
  /**
   * What the documents say to a question, for the company's own people.
   *
   * @throws GraphQLError `UNAVAILABLE` while the search is away.
   */
  answer(companyId: string, question: Question, listener: Listener): Promise<Answer>;
}

/** Who waits for an answer. */
export interface Listener {
  readonly signal: AbortSignal;
  /** Told what was found before it is read. */
  readonly onPassages?: ((passages: readonly Passage[]) => void) | undefined;
  /** Told the text so far, as it comes. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** What is looked at for an answer: the best of these are quoted. */
export const PASSAGES = 16;

/** Decides by rules, then looks it up, then answers: in this order, so that nothing is looked up for who wants a person. */
export function createBot(options: {
  readonly findPassages: FindPassages;
  readonly answerer: Answerer;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Bot {
  const { findPassages, answerer, logger, metrics } = options;
  const seconds = metrics.histogram('switchboard_bot_seconds', 'Time that the bot takes', ['step']);

  /** Runs one step, and takes note of what it took and found. */
  async function inStep<T>(
    steps: Step[],
    step: Step['step'],
    work: () => Promise<T>,
    detail: (result: T) => Step['detail'],
  ): Promise<T> {
    const from = performance.now();
    const result = await work();
    const ms = performance.now() - from;
    seconds.observe({ step }, ms / 1_000);
    steps.push({ step, ms: Math.round(ms * 10) / 10, detail: detail(result) });
    return result;
  }

  async function lookUp(
    { companyId }: Ask,
    question: Question,
    steps: Step[],
    signal: AbortSignal,
  ): Promise<Answer | 'away'> {
    try {
      const passages = await inStep(
        steps,
        'RETRIEVE',
        () => findPassages(companyId, question.query, PASSAGES, signal),
        (found) => ({
          query: question.query,
          passages: found.map(({ documentId, score, text }) => ({ documentId, score, start: text.slice(0, 80) })),
        }),
      );
      return await inStep(
        steps,
        'ANSWER',
        () => answerer.answer(question, passages, { companyId, signal }),
        ({ kind, confidence, work }) => ({ kind, confidence, ...work }),
      );
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ err: error, companyId }, 'the bot could not look something up: people answer instead');
      return 'away';
    }
  }

  return {
    async answer(companyId, question, { signal, onPassages, onText }) {
      const passages = await findPassages(companyId, question.query, PASSAGES, signal);
      onPassages?.(passages);
      return answerer.answer(question, passages, { companyId, signal, onText });
    },
    async reply(ask, signal) {
      const { turns, rules } = ask;
      const steps: Step[] = [];
      const question = questionOf(turns);
      const { text = '', language = 'english', turns: before = turns } = question ?? {};
      const replied = { question: text, language, confidence: null, steps };
      const handOver = (reason: HandOverReason, confidence: number | null = null): Reply => ({
        ...replied,
        confidence,
        outcome: 'HANDED_OVER',
        reason,
        text: handOverText(reason, language, rules),
        summary: summaryOf(reason, { text, language, turns: before }),
      });
      // A picture, a sticker, a voice message: nothing that could be looked up.
      if (!question) return handOver('NOT_IN_KNOWLEDGE');

      const reason = await inStep(
        steps,
        'RULES',
        async () => whyNotAnswer(question, rules),
        (found) => ({ handOver: found ?? null }),
      );
      if (reason) return handOver(reason);
      const smallTalk = smallTalkIn(text);
      if (smallTalk) {
        const { greeting, thanks } = phrases[language];
        const said = smallTalk === 'greeting' ? greeting(rules.botName) : thanks;
        return { ...replied, outcome: 'ANSWERED', text: said, citations: [] };
      }

      const answer = await lookUp(ask, question, steps, signal);
      if (answer === 'away') return handOver('MODEL_FAILED');
      const { confidence } = answer;
      if (answer.kind === 'notFound') return handOver(answer.reason, confidence);
      const quotes = answer.citations.map(({ quote }) => quote);
      if (wasSaid(quotes, question)) return handOver('REPEATED', confidence);
      return { ...replied, confidence, outcome: 'ANSWERED', text: answer.text, citations: answer.citations };
    },
  };
}
