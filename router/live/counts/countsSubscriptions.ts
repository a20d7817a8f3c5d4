import { parse } from 'graphql';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { answerOf, dataOf, type Executor } from '../../execution/executor.ts';
import { sha256 } from '../../operations/documents.ts';
import type { EventFeed } from '../eventFeed.ts';
import type { LiveEvent } from '../liveEvent.ts';
import { sorted } from '../liveOperation.ts';
import type { Sink } from '../subscriber.ts';
import type { Subscription } from '../subscription.ts';
import { createSharedAnswers } from '../sharedAnswers.ts';

/** The field that shows a viewer's counts as they change. */
export const COUNTS_FIELD = 'inboxCountsUpdates';

export interface CountsSubscriptions {
  /** Tells the sink the counts, and then each time that they have changed, until the function returned is called. */
  subscribe(subscription: Subscription, sink: Sink): () => void;
}

/** What the router itself asks of the graph. */
export const countsQuestion = '{ inboxCounts { open pending snoozed unassigned mine unread } }';

export function createCountsSubscriptions(options: {
  readonly executor: Executor;
  readonly feed: EventFeed;
  readonly metrics: Metrics;
}): CountsSubscriptions {
  const { executor, feed, metrics } = options;
  const source = { hash: sha256(countsQuestion), document: parse(countsQuestion), operationName: undefined };
  const subscribers = metrics.gauge('switchboard_router_counts_subscriptions', 'Subscriptions to counts');
  const computed = metrics.counter(
    'switchboard_router_counts_computed_total',
    'Counts asked for, for a group of viewers',
  );

  async function answer({ operation, variables, identity, field }: Subscription): Promise<Buffer> {
    computed.inc();
    const requestId = v7();
    // What happened asks for it, and nobody who waits.
    const result = await executor.execute(executor.prepare(source), {}, { identity, requestId, event: {} });
    const counts = dataOf(result)?.['inboxCounts'];
    if (counts == null) return Buffer.from(answerOf({ data: 'null', errors: result.errors }));
    const scope = { identity, requestId, event: { [field]: counts } };
    return Buffer.from(answerOf(await executor.execute(operation, variables, scope)));
  }

  const shared = createSharedAnswers({
    answer,
    listen({ identity }, onChange) {
      return feed.listen(identity.companyId, {
        onEvent({ event }) {
          if (mayCount(identity, event)) onChange();
        },
        onGap: onChange,
      });
    },
  });

  return {
    subscribe(subscription, sink) {
      const { operation, variables, identity } = subscription;
      const key = JSON.stringify([operation.key, sorted(variables), sorted(identity)]);
      const end = shared.subscribe(key, subscription, sink);
      subscribers.inc();
      return () => {
        end();
        subscribers.dec();
      };
    },
  };
}

/** Whether the viewer's counts may be others after the event. */
function mayCount(identity: Identity, event: LiveEvent): boolean {
  switch (event.type) {
    case 'conversation.opened':
    case 'conversation.status.changed':
    case 'conversation.assigned':
      return true;
    case 'conversation.message.created':
      return event.data.message.direction === 'INBOUND';
    case 'conversation.team.changed':
      return identity.kind === 'agent';
    case 'conversation.read':
    case 'conversation.agent.limited':
      return identity.kind === 'agent' && identity.agentId.toLowerCase() === event.data.agentId;
    case 'conversation.handed_over':
    case 'conversation.answer.rated':
    case 'conversation.changed':
    case 'conversation.contact.changed':
    case 'conversation.contact.merged':
    case 'conversation.bulk.progressed':
    case 'conversation.agent.presence':
    case 'conversation.agent.changed':
    case 'conversation.agent.signedOut':
    case 'conversation.notification.added':
    case 'conversation.notification.read':
    case 'conversation.draft.changed':
    case 'conversation.message.changed':
    case 'conversation.message.retried':
    case 'conversation.message.revised':
    case 'conversation.message.updated':
      return false;
  }
}
