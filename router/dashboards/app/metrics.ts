import type { Kind } from './figures.ts';
import type { Totals } from './graph.ts';

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
  metric('MESSAGES_RECEIVED', 'Messages received', 'count', false, ({ messagesReceived }) => messagesReceived),
  metric(
    'CONVERSATIONS_OPENED',
    'Conversations opened',
    'count',
    false,
    ({ conversationsOpened }) => conversationsOpened,
  ),
  metric(
    'CONVERSATIONS_RESOLVED',
    'Conversations resolved',
    'count',
    false,
    ({ conversationsResolved }) => conversationsResolved,
  ),
  metric('MESSAGES_SENT', 'Messages sent', 'count', false, ({ messagesSent }) => messagesSent),
  metric('FIRST_RESPONSE_TIME', 'First response', 'seconds', true, ({ firstResponse }) => firstResponse.average),
  metric('RESOLUTION_TIME', 'Resolution', 'seconds', true, ({ resolution }) => resolution.average),
  metric('BOT_MESSAGES', 'Messages of the bot', 'count', false, ({ botMessages }) => botMessages),
  metric('DELIVERY_FAILURES', 'Deliveries failed', 'count', true, ({ deliveryFailures }) => deliveryFailures),
];

export function metricNamed(name: string): Metric {
  const found = metrics.find((one) => one.name === name) ?? metrics[0];
  if (!found) throw new TypeError('There are no metrics');
  return found;
}

function metric(name: string, title: string, kind: Kind, isLessBetter: boolean, of: Metric['of']): Metric {
  return { name, title, kind, isLessBetter, of };
}
