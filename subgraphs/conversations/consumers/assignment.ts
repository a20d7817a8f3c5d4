import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts } from '#schema/events/conversations.ts';
import type { Dispatcher } from '../assignment/dispatcher.ts';

/** Events of one company share a pass over its queues, so that a busy company costs no more than one that is not. */
const CONCURRENCY = 64;

/** What lets a queue go on: somebody waits, frees up, comes, or may have more; or the rules are others. */
export function createAssignmentConsumer(options: {
  readonly nats: NatsPart;
  readonly dispatcher: Dispatcher;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { dispatcher } = options;

  return createEventConsumer({
    ...options,
    durable: 'conversations-assignment',
    filterSubject: 'events.conversation.>',
    concurrency: CONCURRENCY,
    catalogue,
    handlers: {
      async 'conversation.message.created'({ companyId, data }) {
        if (data.message.direction === 'INBOUND' && mayWait(data.conversation)) await dispatcher.dispatch(companyId);
      },
      async 'conversation.status.changed'({ companyId, data }) {
        const { conversation, from } = data;
        if (mayWait(conversation) || (from === 'OPEN' && conversation.assigneeId)) await dispatcher.dispatch(companyId);
      },
      async 'conversation.assigned'({ companyId, data }) {
        if (data.previousAssigneeId || mayWait(data.conversation)) await dispatcher.dispatch(companyId);
      },
      async 'conversation.agent.presence'({ companyId, data }) {
        if (data.presence === 'ONLINE') await dispatcher.dispatch(companyId);
      },
      'conversation.team.changed': ({ companyId }) => dispatcher.dispatch(companyId),
      'conversation.routing.changed': ({ companyId }) => dispatcher.dispatch(companyId),
    },
  });
}

function mayWait({ status, assigneeId }: ConversationFacts): boolean {
  return status === 'OPEN' && assigneeId === null;
}
