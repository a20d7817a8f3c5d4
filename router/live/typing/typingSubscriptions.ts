import { v7 } from 'uuid';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Limit } from '#schema/visibility.ts';
import type { Executor } from '../../graph/executor.ts';
import { OperationError } from '../../operations/errors.ts';
import type { Sink } from '../subscriber.ts';
import type { Subscription } from '../subscription.ts';
import { createNewest } from './newest.ts';
import type { SignalFeed } from './signalFeed.ts';
import type { LookAt } from './sight.ts';
import { signalViews, type Author, type TypingChange } from './signalView.ts';
import { createTypists } from './typists.ts';

export interface TypingSubscriptions {
  /**
   * Tells the sink who begins and stops to write, until the function returned is called.
   *
   * @param limit What the subscriber may see; null: everything of the company.
   * @throws OperationError `FORBIDDEN` for who may not know.
   */
  subscribe(subscription: Subscription, sink: Sink, limit: Limit | null): Promise<() => void>;
}

/** Clients say every few seconds that somebody goes on writing. */
const LIFETIME_MS = 6_000;

export function createTypingSubscriptions(options: {
  readonly executor: Executor;
  readonly feed: SignalFeed;
  readonly lookAt: LookAt;
  readonly metrics: Metrics;
}): TypingSubscriptions {
  const { executor, feed, lookAt } = options;
  const subscribers = options.metrics.gauge(
    'switchboard_router_typing_subscriptions',
    'Subscriptions to who is writing',
  );

  return {
    async subscribe({ operation, variables, identity, field, args }, sink, limit) {
      const view = signalViews.get(field)?.(identity, args);
      if (!view) throw OperationError.unknownOperation();
      const sight = await lookAt(String(args['conversationId']), identity, limit);
      const way = createNewest<TypingChange>({
        sink,
        keyOf: (change) => view.keyOf(change),
        async answer(change) {
          const scope = { identity, requestId: v7(), event: { [field]: view.toValue(change) } };
          return JSON.stringify(await executor.execute(operation, variables, scope));
        },
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
