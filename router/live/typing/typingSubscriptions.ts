import type { Metrics } from '#platform/metrics/metrics.ts';
import type { TypingSignal } from '#schema/events/signals.ts';
import type { Executor } from '../../execution/executor.ts';
import { OperationError } from '../../operations/errors.ts';
import { createNewest } from '../newest.ts';
import type { LookAt } from '../sight.ts';
import { signalAnswer } from '../signalAnswer.ts';
import type { SignalFeed } from '../signalFeed.ts';
import type { SignalSubscriptions } from '../signalSubscriptions.ts';
import { signalViews, type Author, type TypingChange } from './signalView.ts';
import { createTypists } from './typists.ts';

/** Clients say every few seconds that somebody goes on writing. */
const LIFETIME_MS = 6_000;

/** Who begins and stops to write. */
export function createTypingSubscriptions(options: {
  readonly executor: Executor;
  readonly feed: SignalFeed<TypingSignal>;
  readonly lookAt: LookAt;
  readonly metrics: Metrics;
}): SignalSubscriptions {
  const { executor, feed, lookAt } = options;
  const subscribers = options.metrics.gauge(
    'switchboard_router_typing_subscriptions',
    'Subscriptions to who is writing',
  );

  return {
    async subscribe(subscription, sink, limit) {
      const { identity, field, args } = subscription;
      const view = signalViews.get(field)?.(identity, args);
      if (!view) throw OperationError.unknownOperation();
      const sight = await lookAt(String(args['conversationId']), identity, limit);
      const way = createNewest<TypingChange>({
        sink,
        keyOf: (change) => view.keyOf(change),
        answer: (change) => signalAnswer(executor, subscription, view.toValue(change)),
      });
      const typists = createTypists<Author>({
        lifetimeMs: LIFETIME_MS,
        keyOf: ({ id }) => id,
        onChange(author, isTyping) {
          if (sight.isOpen) way.offer({ author, isTyping, current: typists.current });
        },
      });
      const leave = feed.listen(identity.companyId, (signal) => {
        if (sight.isOpen && view.wants(signal)) typists.take(signal.author, signal.isTyping);
      });
      subscribers.inc();
      return () => {
        leave();
        sight.end();
        typists.stop();
        way.close();
        subscribers.dec();
      };
    },
  };
}
