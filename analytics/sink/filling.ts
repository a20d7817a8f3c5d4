import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select, type Limits } from '../clickhouse/statements.ts';
import { allRollups, filled, presence } from '../rollups.ts';
import type { Touched } from './countedIn.ts';
import { isReported } from './errors.ts';
import { fillStatement, uncountedQuery } from './fill.ts';
import { LOOKUP_SIZE, MONTHS_AT_ONCE, piecesOf } from './pieces.ts';

/** Events of a step, at most: a statement has time for one whatever they are. */
export const STEP = 10_000;
/** Steps that one statement counts where that is quick, at most. */
const MOST_STEPS = 20;
/** Statements that take longer count fewer steps: on a busy machine they would not end in their time. */
const QUICK_MS = 1_000;
/** Events of one grain that one statement counts of what others have left: it has time for them whatever they are. */
const EVENTS_AT_ONCE = 50_000;

/** Brings rollups up to what `analytics.events` holds of a writer's companies beyond a position. */
export interface Filling {
  /**
   * Of what this writer has written since everything was counted, all grains at once. What is written beyond the last step meanwhile is
   * left for the next time.
   *
   * @param steps Positions in their order, {@link STEP} events or fewer from each to the next.
   */
  fill(from: bigint, steps: readonly bigint[], touched: Touched): Promise<void>;
  /** Of what writers before have left, of whom there may be many: however much that is, no statement has more than it has time for. */
  catchUp(from: bigint, touched: Touched): Promise<void>;
}

/**
 * What a statement of these has written is left out when it is run again: what one attempt had no time for is done by the next. After
 * one that failed comes {@link Filling.catchUp}.
 *
 * @param options.resumeLimits Of what only looks.
 * @param options.mayWrite Asked before each statement that writes; rejects when another may write now.
 */
export function createFilling(
  client: ClickHouseClient,
  options: { readonly limits: Limits; readonly resumeLimits: Limits; readonly mayWrite: () => Promise<void> },
): Filling {
  const { limits, resumeLimits, mayWrite } = options;
  let stepsAtOnce = 1;

  /** What events share makes a statement ten times as long or short: the time of one says how many steps the next may have. */
  function pace(ms: number, steps: number): void {
    if (ms > QUICK_MS) stepsAtOnce = Math.max(1, Math.floor(steps / 2));
    else if (ms < QUICK_MS / 2) stepsAtOnce = Math.min(MOST_STEPS, Math.max(stepsAtOnce, steps * 2));
  }

  async function fill(from: bigint, steps: readonly bigint[], touched: Touched): Promise<void> {
    const tables = touched.hasPresence ? [allRollups, presence] : [allRollups];
    for (const { companies, months } of portionsOf(touched)) {
      let [done, next] = [0, from];
      while (done < steps.length) {
        const several = steps.slice(done, done + stepsAtOnce);
        const upto = several.at(-1) ?? next;
        // What the statements before have counted is not read once more.
        const params = { from: next.toString(), companies };
        await mayWrite();
        const startedAt = performance.now();
        // Each is about rows of its own.
        await allEnded(
          tables.map(async (rollup) =>
            client.command({ query: fillStatement({ rollup, months, upto, limits }), query_params: params }),
          ),
        );
        pace(performance.now() - startedAt, several.length);
        done += several.length;
        next = upto + 1n;
      }
    }
  }

  async function catchUp(from: bigint, touched: Touched): Promise<void> {
    stepsAtOnce = 1;
    for (const { companies, months } of portionsOf(touched)) {
      const params = { from: from.toString(), companies };
      for (const rollup of filled) {
        const [found] = await select(client, {
          name: 'sink-uncounted',
          sql: uncountedQuery({ rollup, months }),
          params,
          limits: resumeLimits,
          row: z.object({ events: z.coerce.number() }),
        });
        for (let left = found?.events ?? 0; left > 0; left -= EVENTS_AT_ONCE) {
          await mayWrite();
          const query = fillStatement({ rollup, months, most: EVENTS_AT_ONCE, limits });
          await client.command({ query, query_params: params });
        }
      }
    }
  }

  return { fill, catchUp };
}

/** What one statement is about at a time. */
function* portionsOf(touched: Touched): Generator<Pick<Touched, 'companies' | 'months'>> {
  for (const companies of piecesOf(touched.companies, LOOKUP_SIZE)) {
    // Each has a part of its own, and maybe one of its year.
    for (const months of piecesOf(touched.months, MONTHS_AT_ONCE / 2)) yield { companies, months };
  }
}

/** Of statements that are run side by side: fails when none of them is under way, and rather as one that gave no answer. */
async function allEnded(statements: readonly Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(statements);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  if (failures.length > 0) throw failures.find((error) => !isReported(error)) ?? failures[0];
}
