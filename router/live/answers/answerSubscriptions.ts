import { v7 } from 'uuid';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { AnswerSignal } from '#schema/events/signals.ts';
import type { Executor } from '../../execution/executor.ts';
import type { Source } from '../../execution/source.ts';
import { presentError, SubgraphError } from '../../graph/errors.ts';
import { createNewest } from '../newest.ts';
import { signalAnswer } from '../signalAnswer.ts';
import type { SignalFeed } from '../signalFeed.ts';
import type { Sink } from '../subscriber.ts';
import type { Subscription } from '../subscription.ts';
import { ANSWERING_SUBGRAPH, askForAnswer, type Answered, type WholeAnswer } from './answerQuestion.ts';

/** The field that tells an answer as it comes. */
export const ANSWER_FIELD = 'answerUpdates';

export interface AnswerSubscriptions {
  /**
   * Has a question answered and tells the sink of it, until that is over or the function returned is called, which gives the
   * answer up.
   *
   * @param sink Is complete with the answer.
   */
  subscribe(subscription: Subscription, sink: Sink & { complete(): void }): () => void;
}

/** What is told, each a kind of its own: of the text only the newest is of interest. */
type Told =
  | { readonly kind: 'PASSAGES'; readonly passages: readonly object[] }
  | { readonly kind: 'TEXT'; readonly text: string }
  | { readonly kind: 'END'; readonly answer: object };

/**
 * Answers, each for one subscriber. The subgraph is asked as for every query, and its reply is the answer; what it says meanwhile over
 * core NATS under the answer's id is told as it comes. So nothing depends on a signal that is lost, and who leaves closes the request,
 * which ends the work behind it.
 */
export function createAnswerSubscriptions(options: {
  readonly executor: Executor;
  readonly feed: SignalFeed<AnswerSignal>;
  readonly source: Source;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): AnswerSubscriptions {
  const { executor, feed, source, logger, metrics } = options;
  const subscribers = metrics.gauge('switchboard_router_answer_subscriptions', 'Answers that are told as they come');

  return {
    subscribe(subscription, sink) {
      const { identity, args } = subscription;
      const answerId = v7();
      const leaving = new AbortController();
      const told = { passages: false, text: '' };
      const way = createNewest<Told>({
        sink,
        keyOf: ({ kind }) => kind,
        answer: (state) => signalAnswer(executor, subscription, state),
        onSent({ kind }) {
          if (kind === 'END') sink.complete();
        },
      });

      function hear(signal: AnswerSignal): void {
        if (signal.answerId !== answerId) return;
        if (signal.kind === 'TEXT') tellText(signal.text);
        else {
          tellPassages(
            signal.passages.map(({ documentId: id, ...passage }) => ({
              ...passage,
              document: { __typename: 'Document', id },
            })),
          );
        }
      }

      function tellPassages(passages: readonly object[]): void {
        if (told.passages) return;
        told.passages = true;
        way.offer({ kind: 'PASSAGES', passages });
      }

      function tellText(text: string): void {
        told.text = text;
        way.offer({ kind: 'TEXT', text });
      }

      /** What was not heard is told now, so that there is always the same to expect. */
      function finish({ passages, answer }: WholeAnswer): void {
        tellPassages(passages);
        if (answer.text !== null && answer.text !== told.text) tellText(answer.text);
        way.offer({ kind: 'END', answer });
      }

      function end(answered: Answered): void {
        deafen();
        if (leaving.signal.aborted) return;
        if ('whole' in answered) finish(answered.whole);
        else if (answered.errors.length === 0) fail([SubgraphError.notAnAnswer(ANSWERING_SUBGRAPH)]);
        // Where they are is a place in the question of ours.
        else fail(answered.errors.map(({ message, extensions }) => ({ message, extensions })));
      }

      function fail(errors: readonly unknown[]): void {
        deafen();
        if (leaving.signal.aborted) return;
        way.close();
        sink.error(errors.map((error) => presentError(error, { logger })));
      }

      const deafen = feed.listen(identity.companyId, hear);
      subscribers.inc();
      const scope = { identity, requestId: v7(), signal: leaving.signal };
      askForAnswer(source, { question: String(args['question']), answerId }, scope).then(end, (error: unknown) =>
        fail([error]),
      );
      return () => {
        leaving.abort();
        deafen();
        way.close();
        subscribers.dec();
      };
    },
  };
}
