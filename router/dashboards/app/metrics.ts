import type { Kind } from './figures.ts';
import type { Durations, Totals } from './graph.ts';

export interface Metric {
  readonly name: string;
  readonly title: string;
  readonly kind: Kind;
  /** As with times and failures. */
  readonly isLessBetter: boolean;
  readonly of: (totals: Totals) => number | null;
}

/** What has a curve, in the order of the tiles. */
export const metrics: readonly Metric[] = [
  count('MESSAGES_RECEIVED', 'Messages received', ({ messagesReceived }) => messagesReceived),
  count('MESSAGES_SENT', 'Messages sent', ({ messagesSent }) => messagesSent),
  count('CONVERSATIONS_OPENED', 'Conversations opened', ({ conversationsOpened }) => conversationsOpened),
  count('CONVERSATIONS_RESOLVED', 'Conversations resolved', ({ conversationsResolved }) => conversationsResolved),
  time('FIRST_RESPONSE_TIME', 'First response', ({ firstResponse }) => firstResponse),
  time('NEXT_RESPONSE_TIME', 'Later answers', ({ nextResponse }) => nextResponse),
  time('QUEUE_WAIT_TIME', 'Waiting in the queue', ({ queueWait }) => queueWait),
  time('RESOLUTION_TIME', 'Resolution', ({ resolution }) => resolution),
  count('BOT_MESSAGES', 'Messages of the bot', ({ botMessages }) => botMessages),
  { ...count('HANDOFFS', 'Handed over by the bot', ({ handoffs }) => handoffs), isLessBetter: true },
  {
    ...count('UNANSWERED_QUESTIONS', 'Unanswered questions', ({ unansweredQuestions }) => unansweredQuestions),
    isLessBetter: true,
  },
  {
    ...count('DELIVERY_FAILURES', 'Deliveries failed', ({ deliveryFailures }) => deliveryFailures),
    isLessBetter: true,
  },
];

export function metricNamed(name: string): Metric {
  const found = metrics.find((one) => one.name === name) ?? metrics[0];
  if (!found) throw new TypeError('There are no metrics');
  return found;
}

function count(name: string, title: string, of: Metric['of']): Metric {
  return { name, title, kind: 'count', isLessBetter: false, of };
}

function time(name: string, title: string, of: (totals: Totals) => Durations): Metric {
  return { name, title, kind: 'seconds', isLessBetter: true, of: (totals) => of(totals).average };
}
