import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Outcome } from './desk.ts';
import { NOTHING } from './desk.ts';

/** A message that somebody sent, under one key, once or several times. */
export interface Sent {
  readonly key: string;
  /** What the graph said that it became, each time. */
  readonly messageIds: readonly string[];
}

export interface Performance {
  readonly name: string;
  readonly done: number;
  /** By code. */
  readonly refused: ReadonlyMap<string, number>;
  readonly p50: number;
  readonly p99: number;
}

/** What was done in a run, as those who did it remember it. */
export interface RunLog {
  readonly sent: readonly Sent[];
  /** What nobody should meet: errors of the graph, lists that show something twice. */
  readonly problems: readonly string[];
  send(sent: Sent): void;
  problem(text: string): void;
  /** Takes the time of an action. What fails is a problem. */
  perform(name: string, work: () => Promise<Outcome>): Promise<void>;
  performances(): Performance[];
}

interface Tally {
  readonly latency: RecordableHistogram;
  readonly refused: Map<string, number>;
  done: number;
}

export function createRunLog(): RunLog {
  const sent: Sent[] = [];
  const problems: string[] = [];
  const tallies = new Map<string, Tally>();

  function tallyOf(name: string): Tally {
    const known = tallies.get(name) ?? { latency: createHistogram(), refused: new Map<string, number>(), done: 0 };
    tallies.set(name, known);
    return known;
  }

  return {
    sent,
    problems,
    send: (one) => void sent.push(one),
    problem: (text) => void problems.push(text),

    async perform(name, work) {
      const tally = tallyOf(name);
      const since = performance.now();
      try {
        const outcome = await work();
        if (outcome === NOTHING) return;
        tally.latency.record(Math.max(1, Math.round((performance.now() - since) * 1_000)));
        if (outcome === undefined) tally.done += 1;
        else tally.refused.set(outcome, (tally.refused.get(outcome) ?? 0) + 1);
      } catch (error) {
        problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },

    performances: () =>
      [...tallies].map(([name, { done, refused, latency }]) => ({
        name,
        done,
        refused,
        p50: latency.percentile(50) / 1_000,
        p99: latency.percentile(99) / 1_000,
      })),
  };
}
