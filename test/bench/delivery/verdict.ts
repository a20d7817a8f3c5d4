import { createHistogram } from 'node:perf_hooks';
import type { Written } from './messages.ts';
import type { Outcomes } from './outcomes.ts';
import type { Taken } from './platforms.ts';

/** What became of the messages of a run. */
export interface Verdict {
  readonly sent: number;
  /** Under way when their process died, with nobody to say whether they arrived: a person is asked. */
  readonly unconfirmed: number;
  /** Of the others, those that nothing is told of, that failed, or that the platform never got. */
  readonly lost: number;
  /** The platform has them more than once, or that was told. */
  readonly doubled: number;
  /** Came to the contact after a later message of the same conversation. */
  readonly disordered: number;
  /** Milliseconds from the event to the platform. */
  readonly p50: number;
  readonly p99: number;
}

export function judge(written: readonly Written[], outcomes: Outcomes, taken: readonly Taken[]): Verdict {
  const arrivals = Map.groupBy(taken, ({ text }) => text);
  const told = (message: Written) => outcomes.of(message.messageId)?.told ?? [];
  const isSent = (message: Written) => told(message).includes('SENT') && arrivals.has(message.text);
  const isUnconfirmed = (message: Written) => told(message).includes('SEND_UNCONFIRMED');
  const latency = createHistogram();
  for (const { text, at } of written) {
    const [first] = arrivals.get(text) ?? [];
    if (first) latency.record(Math.max(1, first.at - at));
  }
  return {
    sent: written.filter(isSent).length,
    unconfirmed: written.filter(isUnconfirmed).length,
    lost: written.filter((message) => !isSent(message) && !isUnconfirmed(message)).length,
    doubled: written.filter(
      (message) =>
        (arrivals.get(message.text)?.length ?? 0) > 1 || told(message).filter((status) => status === 'SENT').length > 1,
    ).length,
    disordered: disorder(taken),
    p50: latency.percentile(50),
    p99: latency.percentile(99),
  };
}

/** Texts are numbered in the order in which they were written. */
function disorder(taken: readonly Taken[]): number {
  const last = new Map<string, number>();
  return taken.filter(({ accountId, to, text }) => {
    const thread = `${accountId} ${to}`;
    const before = last.get(thread) ?? 0;
    last.set(thread, Math.max(before, Number(text)));
    return Number(text) < before;
  }).length;
}
