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
import { createNewest, type Newest } from '../newest.ts';
import { createThrottle } from './throttle.ts';

/** The field that shows a viewer's counts as they change. */
export const COUNTS_FIELD = 'inboxCountsUpdates';

export interface CountsSubscriptions {
  /** Tells the sink the counts, and then each time that they have changed, until the function returned is called. */
  subscribe(subscription: Subscription, sink: Sink): () => void;
}

/** Equal viewers with equal questions: the counts are asked for and serialised once for all of them. */
interface Group {
  readonly members: Set<Newest<Buffer>>;
  /** What they were told last. */
  last: Buffer | undefined;
  leave(): void;
}

/** People do not read faster, and a busy company would ask for nothing else. */
const PERIOD_MS = 1_000;
/** What the router itself asks of the graph. */
export const countsQuestion = '{ inboxCounts { open pending snoozed unassigned mine unread } }';

export function createCountsSubscriptions(options: {
  readonly executor: Executor;
  readonly feed: EventFeed;
  readonly metrics: Metrics;
}): CountsSubscriptions {
  const { executor, feed, metrics } = options;
  const groups = new Map<string, Group>();
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

  function open(subscription: Subscription): Group {
    const { identity } = subscription;
    const throttle = createThrottle(PERIOD_MS, async () => {
      const payload = await answer(subscription);
      if (group.last?.equals(payload)) return;
      group.last = payload;
      for (const member of group.members) member.offer(payload);
    });
    const deaf = feed.listen(identity.companyId, {
      onEvent({ event }) {
        if (mayCount(identity, event)) throttle.ask();
      },
      onGap: () => throttle.ask(),
    });
    const group: Group = {
      members: new Set(),
      last: undefined,
      leave() {
        deaf();
        throttle.stop();
      },
    };
    throttle.ask();
    return group;
  }

  return {
    subscribe(subscription, sink) {
      const { operation, variables, identity } = subscription;
      const key = JSON.stringify([operation.key, sorted(variables), sorted(identity)]);
      const group = groups.get(key) ?? open(subscription);
      groups.set(key, group);
      const member = createNewest<Buffer>({ sink, keyOf: () => 'counts', answer: async (payload) => payload });
      group.members.add(member);
      if (group.last !== undefined) member.offer(group.last);
      subscribers.inc();
      return () => {
        member.close();
        subscribers.dec();
        group.members.delete(member);
        if (group.members.size > 0) return;
        groups.delete(key);
        group.leave();
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
