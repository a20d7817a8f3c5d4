import type { Metrics } from '#platform/metrics/metrics.ts';
import type { ViewersSignal } from '#schema/events/signals.ts';
import type { Executor } from '../../execution/executor.ts';
import { OperationError } from '../../operations/errors.ts';
import { createNewest } from '../newest.ts';
import type { LookAt } from '../sight.ts';
import { signalAnswer } from '../signalAnswer.ts';
import type { SignalFeed } from '../signalFeed.ts';
import type { SignalSubscriptions } from '../signalSubscriptions.ts';
import { createAttendance } from './attendance.ts';

/** Who looks at one conversation, for agents. */
export function createViewersSubscriptions(options: {
  readonly executor: Executor;
  readonly feed: SignalFeed<ViewersSignal>;
  readonly lookAt: LookAt;
  readonly metrics: Metrics;
}): SignalSubscriptions {
  const { executor, feed, lookAt } = options;
  const subscribers = options.metrics.gauge(
    'switchboard_router_viewers_subscriptions',
    'Subscriptions to who looks at a conversation',
  );

  return {
    async subscribe(subscription, sink, limit) {
      const { identity, args } = subscription;
      if (identity.kind !== 'agent') throw OperationError.forbidden('Who looks at a conversation is shown to agents.');
      const conversationId = String(args['id']).toLowerCase();
      const sight = await lookAt(conversationId, identity, limit);
      const way = createNewest<readonly string[]>({
        sink,
        keyOf: () => conversationId,
        answer(agentIds) {
          const viewers = agentIds.map((id) => ({ __typename: 'Agent', id }));
          return signalAnswer(executor, subscription, { conversationId, viewers });
        },
      });
      const attendance = createAttendance({
        onChange(agentIds) {
          if (sight.isOpen) way.offer(agentIds);
        },
      });
      const leave = feed.listen(identity.companyId, (signal) => {
        if (sight.isOpen && signal.conversationId === conversationId) attendance.take(signal.viewers);
      });
      subscribers.inc();
      return () => {
        leave();
        sight.end();
        attendance.stop();
        way.close();
        subscribers.dec();
      };
    },
  };
}
