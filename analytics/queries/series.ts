import { z } from 'zod';
import type { Duration } from '../rollups.ts';
import type { Piece } from './overview.ts';
import type { CountName } from './totals.ts';

/** What a metric is taken from: a column of the counts, or the average of what was measured. */
const metrics = {
  CONVERSATIONS_OPENED: 'opened',
  CONVERSATIONS_RESOLVED: 'resolved',
  CONVERSATIONS_LABELLED: 'labelled',
  MESSAGES_RECEIVED: 'received',
  MESSAGES_SENT: 'sent',
  BOT_MESSAGES: 'bot_messages',
  MESSAGES_DELIVERED: 'delivered',
  MESSAGES_READ: 'seen',
  HANDOFFS: 'handed_over',
  UNANSWERED_QUESTIONS: 'unanswered',
  DELIVERY_FAILURES: 'delivery_failures',
  FIRST_RESPONSE_TIME: { measure: 'first_response' },
  FIRST_RESPONSE_BUSINESS_TIME: { measure: 'first_response_business' },
  NEXT_RESPONSE_TIME: { measure: 'next_response' },
  NEXT_RESPONSE_BUSINESS_TIME: { measure: 'next_response_business' },
  RESOLUTION_TIME: { measure: 'resolution' },
  RESOLUTION_BUSINESS_TIME: { measure: 'resolution_business' },
  QUEUE_WAIT_TIME: { measure: 'queue_wait' },
  QUEUE_WAIT_BUSINESS_TIME: { measure: 'queue_wait_business' },
  HANDLING_TIME: { measure: 'handling' },
} as const satisfies Readonly<Record<string, CountName | { readonly measure: Duration }>>;
export type Metric = keyof typeof metrics;

/** `at` is the start of an interval, in milliseconds. */
export const pointSchema = z.object({ at: z.number(), value: z.number() });
export type Point = z.output<typeof pointSchema>;

/** As which measure the rows are that a metric is taken from: '' are the counts. */
export function measureOf(metric: Metric): string {
  const source = metrics[metric];
  return typeof source === 'string' ? '' : source.measure;
}

/** Which of the counts it is, if one of them. */
export function counterOf(metric: Metric): CountName | undefined {
  const source = metrics[metric];
  return typeof source === 'string' ? source : undefined;
}

/**
 * One point for each interval, zero where nothing happened; averages in seconds, zero where nothing was measured.
 *
 * @param starts Of the intervals, in the order of time.
 * @param pieces None of which reaches from one interval into the next, of no time behind them.
 */
export function pointsOf(metric: Metric, starts: readonly number[], pieces: readonly Piece[]): Point[] {
  const source = metrics[metric];
  const measure = measureOf(metric);
  const known = new Set(starts);
  const startOf = (instant: number) =>
    known.has(instant) ? instant : (starts[starts.findLastIndex((start) => start <= instant)] ?? NaN);
  const sums = new Map<number, { value: number; times: number }>();
  for (const piece of pieces) {
    if (piece.measure !== measure) continue;
    const start = startOf(piece.start);
    const sum = sums.get(start) ?? { value: 0, times: 0 };
    sums.set(
      start,
      typeof source === 'string'
        ? { value: sum.value + (piece.counts[source] ?? 0), times: 1 }
        : { value: sum.value + piece.seconds, times: sum.times + piece.count },
    );
  }
  return starts.map((at) => {
    const { value, times } = sums.get(at) ?? { value: 0, times: 1 };
    return { at, value: value / times };
  });
}
