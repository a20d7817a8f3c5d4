import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select, type Limits } from '../clickhouse/statements.ts';
import { fewRollups, filled, presence, rollups } from '../rollups.ts';
import type { Touched } from './countedIn.ts';
import { isReported } from './errors.ts';
import { fillStatement, uncountedQuery } from './fill.ts';
import { LOOKUP_SIZE, MONTHS_AT_ONCE, piecesOf } from './pieces.ts';

/** Statements that fill a rollup in this time leave enough of its limit to be run side by side, with two grains in one. */
const QUICK_MS = 1_000;
/** Events that one statement counts of what others have left: a statement has time for them whatever they are. */
const EVENTS_AT_ONCE = 50_000;

/** Brings rollups up to what `analytics.events` holds of a writer's companies beyond a position. */
export interface Filling {
  /** Of what this writer has written since everything was counted. */
  fill(from: bigint, touched: Touched): Promise<void>;
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
  /** The last time: quickly, and all of them. */
  let wasQuick = false;

  /**
   * Each statement is about rows of its own, so two are run side by side: none of them has work for all processors all the time. More would
   * only take the processor, and the embedded engine's few threads, from each other and from who looks at figures. Where they take long,
   * each has all of its time for itself, and one grain to fill: what two share in vain is begun anew.
   */
  async function fill(from: bigint, touched: Touched): Promise<void> {
    const [some, atOnce] = wasQuick ? [fewRollups, 2] : [rollups, 1];
    const tables = touched.hasPresence ? [...some, presence] : some;
    wasQuick = false;
    let longestMs = 0;
    for (const { companies, months } of portionsOf(touched)) {
      const params = { from: from.toString(), companies };
      for (const several of piecesOf(tables, atOnce)) {
        await mayWrite();
        const startedAt = performance.now();
        await allEnded(
          several.map(async (rollup) =>
            client.command({ query: fillStatement({ rollup, months, limits }), query_params: params }),
          ),
        );
        longestMs = Math.max(longestMs, performance.now() - startedAt);
      }
    }
    wasQuick = longestMs < QUICK_MS;
  }

  async function catchUp(from: bigint, touched: Touched): Promise<void> {
    wasQuick = false;
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
    for (const months of piecesOf(touched.months, MONTHS_AT_ONCE)) yield { companies, months };
  }
}

/** Of statements that are run side by side: fails when none of them is under way, and rather as one that gave no answer. */
async function allEnded(statements: readonly Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(statements);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  if (failures.length > 0) throw failures.find((error) => !isReported(error)) ?? failures[0];
}
