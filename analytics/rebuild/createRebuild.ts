import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Layout } from '../clickhouse/ddl.ts';
import { select, settingsClause } from '../clickhouse/statements.ts';
import type { Span } from '../queries/segments.ts';
import { planOf, readPlans, type Plans } from '../retention/plans.ts';
import { filled, type Filled } from '../rollups.ts';
import { createClaim, createTurn } from '../sink/claim.ts';
import { STATEMENT_LIMIT_MS } from '../sink/eventStore.ts';
import { fillStatement } from '../sink/fill.ts';
import type { TellChanges } from '../figures/changeTeller.ts';
import { RebuildError } from './errors.ts';
import { monthsOf, startOf, type Month } from './months.ts';
import { slicesOf, type Weighed } from './slices.ts';

const DAY_MS = 86_400_000;
/** Events that one statement counts: a few seconds of work, and some two gigabytes, as nearly each of them is a row of minutes in each cube. */
const SLICE_EVENTS = 500_000;
/** A month of the largest company is one slice, however large. */
const limits = { seconds: 60, bytes: 6_000_000_000 };
const swapLimits = { seconds: STATEMENT_LIMIT_MS / 1_000, bytes: 2_000_000_000 };
/** How long writers may take to finish what they have in hand, and a dead one's lease to run out. */
const GIVE_WAY_MS = 60_000;

export type Rebuild = (span: Span, progress: (text: string) => void, signal: AbortSignal) => Promise<string>;

/**
 * Makes the rollups of whole months, and when agents were there, anew from `analytics.events`, beside those that are read and written meanwhile. Then it has the
 * sinks give way, catches up with what they wrote, puts each month in the place of the old one, which ClickHouse does at once or
 * not at all, and lets them go on; events wait in the stream for those seconds.
 *
 * A company whose events of a month are gone, wholly or in part, keeps the figures that it has.
 */
export function createRebuild(options: {
  readonly nats: NatsPart;
  readonly clickhouse: ClickHouseClient;
  readonly layout: Layout;
  readonly leaseMs: number;
  readonly tellChanges: TellChanges;
  readonly logger: Logger;
}): Rebuild {
  const { clickhouse, layout } = options;

  async function run(statement: string, settings = ''): Promise<void> {
    for (const query of layout.ddl(statement)) await clickhouse.command({ query: `${query} ${settings}` });
  }

  /** A month, or a shard's part of it, in which nothing happened is replaced by nothing; newer servers want that said. */
  async function ofNothingAsWell(): Promise<string> {
    const known = await select(clickhouse, {
      name: 'rebuild-settings',
      sql: `SELECT name FROM system.settings WHERE name = 'allow_replace_partition_from_empty_source'`,
      limits,
      row: z.object({ name: z.string() }),
    });
    return known.length > 0 ? 'SETTINGS allow_replace_partition_from_empty_source = 1' : '';
  }

  /** Below it, everything is in every table. */
  async function writtenTo(): Promise<string> {
    const [row] = await select(clickhouse, {
      name: 'rebuild-from',
      sql: `SELECT toString(if(count() = 16, min(upto), 0)) AS position
        FROM (SELECT share, max(position) AS upto FROM analytics.checkpoints GROUP BY share)`,
      limits,
      row: z.object({ position: z.string() }),
    });
    return row?.position ?? '0';
  }

  async function companiesIn(table: string, time: string, month: Month, from = '0'): Promise<Weighed[]> {
    const position = table === 'analytics.events' ? 'position' : 'last_position';
    return select(clickhouse, {
      name: 'rebuild-companies',
      sql: `SELECT company_id AS companyId, count() AS events FROM ${table}
        WHERE toYYYYMM(${time}) = {month:UInt32} AND ${position} >= {from:UInt64} GROUP BY company_id ORDER BY company_id`,
      params: { month, from },
      limits,
      row: z.object({ companyId: z.string(), events: z.coerce.number() }),
    });
  }

  /** Beside the rollup, what belongs into a month of it. */
  async function make(rollup: Filled, month: Month, plans: Plans, progress: (events: number) => void): Promise<void> {
    const companies = await companiesIn('analytics.events', 'at', month);
    const isWhole = ({ companyId }: Weighed) => {
      const plan = planOf(plans, companyId);
      return plan === undefined || startOf(month) + (plan.eventsDays - 1) * DAY_MS > Date.now();
    };
    const counted = companies.filter(isWhole);
    const known = new Set(counted.map(({ companyId }) => companyId));
    const kept = (await companiesIn(rollup.table, 'bucket', month)).filter(({ companyId }) => !known.has(companyId));
    for (const slice of slicesOf(kept, SLICE_EVENTS)) {
      await clickhouse.command({
        query: `INSERT INTO ${staging(rollup)} SELECT * FROM ${rollup.table}
          WHERE toYYYYMM(bucket) = {month:UInt32} AND company_id IN {companies:Array(UUID)}
          ${settingsClause('rebuild-keep', limits)}`,
        query_params: { month, companies: slice.map(({ companyId }) => companyId) },
      });
    }
    const query = fillStatement({ rollup, target: staging(rollup), months: [month], limits });
    for (const slice of slicesOf(counted, SLICE_EVENTS)) {
      await clickhouse.command({
        query,
        query_params: { from: '0', companies: slice.map(({ companyId }) => companyId) },
      });
      progress(slice.reduce((sum, { events }) => sum + events, 0));
    }
  }

  async function swap(months: readonly Month[], from: string, signal: AbortSignal): Promise<void> {
    const claim = createClaim({ ...options, ttlMs: options.leaseMs, exclusive: true });
    await claim.start();
    try {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(GIVE_WAY_MS)]);
      if ((await claim.next(patience)).length === 0) throw RebuildError.noWay();
      const settings = await ofNothingAsWell();
      for (const month of months) {
        const since = await companiesIn('analytics.events', 'at', month, from);
        for (const rollup of filled) {
          const query = fillStatement({ rollup, target: staging(rollup), months: [month], limits: swapLimits });
          for (const slice of slicesOf(since, SLICE_EVENTS)) {
            const companies = slice.map(({ companyId }) => companyId);
            await clickhouse.command({ query, query_params: { from, companies } });
          }
          await claim.heldFor(STATEMENT_LIMIT_MS);
          await run(`ALTER TABLE ${rollup.table} REPLACE PARTITION ${String(month)} FROM ${staging(rollup)}`, settings);
        }
        const others = await companiesIn('analytics.by_day', 'bucket', month);
        await options.tellChanges(others.map(({ companyId }) => ({ companyId })));
      }
    } finally {
      await claim.stop();
    }
  }

  async function rebuild(months: readonly Month[], progress: (text: string) => void, signal: AbortSignal) {
    const [from, plans] = [await writtenTo(), await readPlans(clickhouse)];
    let events = 0;
    for (const rollup of filled) {
      await run(`DROP TABLE IF EXISTS ${staging(rollup)} SYNC`);
      await run(`CREATE TABLE ${staging(rollup)} AS ${rollup.table}`);
    }
    for (const month of months) {
      for (const rollup of filled) {
        await make(rollup, month, plans, (more) => {
          events += more;
          progress(`${String(month)} ${rollup.table}: ${String(events)} events counted`);
        });
        if (signal.aborted) throw RebuildError.stopped();
      }
    }
    progress('waiting for the writers to give way');
    await swap(months, from, signal);
    return events;
  }

  return async (span, progress, signal) => {
    const turn = createTurn({ ...options, ttlMs: options.leaseMs, name: 'rebuild' });
    if (!(await turn.tryAcquire())) throw RebuildError.other();
    const months = monthsOf(span);
    try {
      const events = await rebuild(months, progress, signal);
      return `${String(months.length)} months of ${String(filled.length)} tables are made anew: ${String(events)} events counted`;
    } finally {
      for (const rollup of filled) await run(`DROP TABLE IF EXISTS ${staging(rollup)} SYNC`);
      await turn.release();
    }
  };
}

function staging({ table }: Filled): string {
  return `${table}_rebuild`;
}
