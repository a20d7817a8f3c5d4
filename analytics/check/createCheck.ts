import type { ClickHouseClient } from '@clickhouse/client';
import type { NatsPart } from '#platform/events/nats.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Span } from '../queries/segments.ts';
import { createTurn } from '../sink/claim.ts';
import { compareStream } from './compareStream.ts';
import { compareTables } from './compareTables.ts';
import { persisting, type Difference } from './difference.ts';

const HOUR_MS = 3_600_000;
/** How far the hourly check goes back; further back, `npm run analytics -- check --from --to` does. */
const HOURLY_MS = 48 * HOUR_MS;
/** What came in that late is still under way. */
const SETTLED_MS = 5 * 60_000;
/** Between two looks at what differs. */
const LOOK_AGAIN_MS = 1_000;
const LOOKS = 3;
const PATIENCE_MS = 60_000;
/** Of what differs, so much is logged by itself. */
const EXAMPLES = 20;

/** What a check came to; `BEHIND` when the sinks had not written yet what the stream has. */
export interface Verdict {
  readonly outcome: 'SOUND' | 'DIFFERENT' | 'BEHIND';
  readonly differences: readonly Difference[];
}

export interface Check extends Part {
  /** Looks now, at the events of a span and at all that the stream has. */
  look(span: Span, signal: AbortSignal): Promise<Verdict>;
}

/**
 * Counts every hour whether events, their ids, each rollup and the stream agree, and reports what does not: one process of all. What
 * differs has to do so again and again; between two statements somebody may be writing.
 *
 * @param options.everyMs @default an hour
 */
export function createCheck(options: {
  readonly nats: NatsPart;
  readonly clickhouse: ClickHouseClient;
  readonly leaseMs: number;
  readonly everyMs?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Check {
  const { clickhouse, metrics, everyMs = HOUR_MS } = options;
  const logger = options.logger.child({ part: 'analytics-check' });
  const turn = createTurn({ ...options, ttlMs: options.leaseMs, name: 'check' });
  const checks = metrics.counter('switchboard_analytics_checks_total', 'Self-checks by outcome', ['outcome']);
  const found = metrics.gauge(
    'switchboard_analytics_check_differences',
    'Of the last self-check: how often events and something else were not equal',
    ['with'],
  );
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  /** What still differs after several looks. */
  async function persistingOf<T extends Difference[] | undefined>(
    count: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T | Difference[]> {
    let differences: T | Difference[] = await count();
    for (let looks = 1; looks < LOOKS && differences !== undefined && differences.length > 0; looks++) {
      await pause(LOOK_AGAIN_MS, signal);
      const again = await count();
      if (again === undefined) return again;
      differences = persisting(differences, again);
    }
    return differences;
  }

  async function look({ from, to }: Span, signal: AbortSignal): Promise<Verdict> {
    const span = { from, to: Math.min(to, Date.now() - SETTLED_MS) };
    const ofTables = await persistingOf(() => compareTables(clickhouse, span), signal);
    const ofStream = await persistingOf(() => compareStream(options, { patienceMs: PATIENCE_MS, signal }), signal);
    const differences = [...ofTables, ...(ofStream ?? [])];
    if (differences.length > 0) return { outcome: 'DIFFERENT', differences };
    return { outcome: ofStream === undefined ? 'BEHIND' : 'SOUND', differences };
  }

  function report({ outcome, differences }: Verdict): void {
    checks.inc({ outcome: outcome.toLowerCase() });
    found.reset();
    for (const { what } of differences) found.inc({ with: what });
    if (outcome === 'SOUND') return logger.info('events, figures and the stream agree');
    if (outcome === 'BEHIND') return logger.warn('the stream has more than is written yet');
    logger.error(
      { count: differences.length, examples: differences.slice(0, EXAMPLES) },
      'events do not agree with what was made of them: npm run analytics -- rebuild makes figures anew',
    );
  }

  async function lookEvery(signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(everyMs, signal);
      if (signal.aborted) return;
      try {
        if (!turn.isHeld && !(await turn.tryAcquire())) continue;
        report(await look({ from: Date.now() - HOURLY_MS, to: Date.now() }, signal));
      } catch (error) {
        checks.inc({ outcome: 'failed' });
        logger.warn({ err: error }, 'the self-check could not be made');
      }
    }
  }

  return {
    name: 'analytics check',
    look,
    async start() {
      stopping = new AbortController();
      loop = lookEvery(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await loop;
      await turn.release().catch((error: unknown) => logger.debug({ err: error }, 'the turn will run out by itself'));
    },
  };
}
