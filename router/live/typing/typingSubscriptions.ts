import { v7 } from 'uuid';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { answerOf, type Executor } from '../../execution/executor.ts';
import { OperationError } from '../../operations/errors.ts';
import type { Sink } from '../subscriber.ts';
import type { Subscription } from '../subscription.ts';
import { createNewest } from './newest.ts';
import type { SignalFeed } from './signalFeed.ts';
import { signalViews, type Author, type TypingChange } from './signalView.ts';
import { createTypists } from './typists.ts';

export interface TypingSubscriptions {
  /**
   * Tells the sink who begins and stops to write, until the function returned is called.
   *
   * @throws OperationError `FORBIDDEN` for who may not know.
   */
  subscribe(subscription: Subscription, sink: Sink): () => void;
}

/** Clients say every few seconds that somebody goes on writing. */
const LIFETIME_MS = 6_000;

export function createTypingSubscriptions(options: {
  readonly executor: Executor;
  readonly feed: SignalFeed;
  readonly metrics: Metrics;
}): TypingSubscriptions {
  const { executor, feed } = options;
  const subscribers = options.metrics.gauge(
    'switchboard_router_typing_subscriptions',
    'Subscriptions to who is writing',
  );

  return {
    subscribe({ operation, variables, identity, field, args }, sink) {
      const view = signalViews.get(field)?.(identity, args);
      if (!view) throw OperationError.unknownOperation();
      const way = createNewest<TypingChange>({
        sink,
        keyOf: (change) => view.keyOf(change),
        async answer(change) {
          const scope = { identity, requestId: v7(), event: { [field]: view.toValue(change) } };
          return answerOf(await executor.execute(operation, variables, scope));
        },
      });
      const typists = createTypists<Author>({
        lifetimeMs: LIFETIME_MS,
        keyOf: ({ id }) => id,
        onChange: (author, isTyping) => way.offer({ author, isTyping, current: typists.current }),
      });
      const leave = feed.listen(identity.companyId, (signal) => {
        if (view.wants(signal)) typists.take(signal.author, signal.isTyping);
      });
      subscribers.inc();
      return () => {
        leave();
        typists.stop();
        way.close();
        subscribers.dec();
      };
    },
  };
}
