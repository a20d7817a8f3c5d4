import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Layout } from '../clickhouse/ddl.ts';
import { select, settingsClause } from '../clickhouse/statements.ts';
import type { Span } from '../queries/segments.ts';
import { planOf, readPlans, type Plans } from '../retention/plans.ts';
import { filled, ROLLUPS, type Filled } from '../rollups.ts';
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

  async function companiesOf({ table, time, position, rows = '1' }: Kind, months: readonly Month[], from = '0') {
    return select(clickhouse, {
      name: 'rebuild-companies',
      sql: `SELECT company_id AS companyId, count() AS events FROM ${table}
        WHERE ${rows} AND toYYYYMM(${time}) IN {months:Array(UInt32)} AND ${position} >= {from:UInt64}
        GROUP BY company_id ORDER BY company_id`,
      params: { months, from },
      limits,
      row: z.object({ companyId: z.string(), events: z.coerce.number() }),
    });
  }

  /** Beside the rollup, what it has of some companies in a month. */
  async function keep(rollup: Filled, month: Month, companies: readonly Weighed[]): Promise<void> {
    for (const slice of slicesOf(companies, SLICE_EVENTS)) {
      await clickhouse.command({
        query: `INSERT INTO ${staging(rollup.table)} SELECT * FROM ${rollup.table}
          WHERE ${rollup.rows} AND toYYYYMM(bucket) = {month:UInt32} AND company_id IN {companies:Array(UUID)}
          ${settingsClause('rebuild-keep', limits)}`,
        query_params: { month, companies: slice.map(({ companyId }) => companyId) },
      });
    }
  }

  /** Beside the rollup, what belongs into a month of it. */
  async function make(rollup: Filled, month: Month, plans: Plans, progress: (events: number) => void): Promise<void> {
    const companies = await companiesOf(events, [month]);
    const isWhole = ({ companyId }: Weighed) => {
      const plan = planOf(plans, companyId);
      return plan === undefined || startOf(month) + (plan.eventsDays - 1) * DAY_MS > Date.now();
    };
    const counted = companies.filter(isWhole);
    const known = new Set(counted.map(({ companyId }) => companyId));
    const there = await companiesOf(rowsOf(rollup), [month]);
    await keep(
      rollup,
      month,
      there.filter(({ companyId }) => !known.has(companyId)),
    );
    const query = fillStatement({ rollup, target: staging(rollup.table), months: [month], limits });
    for (const slice of slicesOf(counted, SLICE_EVENTS)) {
      await clickhouse.command({
        query,
        query_params: { from: '0', companies: slice.map(({ companyId }) => companyId) },
      });
      progress(slice.reduce((sum, { events: more }) => sum + more, 0));
    }
  }

  /** Brings what was made beside a rollup up to what was written since a position. */
  async function catchUp(rollup: Filled, months: readonly Month[], from: string): Promise<void> {
    const query = fillStatement({ rollup, target: staging(rollup.table), months, limits: swapLimits });
    for (const slice of slicesOf(await companiesOf(events, months, from), SLICE_EVENTS)) {
      const companies = slice.map(({ companyId }) => companyId);
      await clickhouse.command({ query, query_params: { from, companies } });
    }
  }

  async function swap(months: readonly Month[], from: string, signal: AbortSignal): Promise<void> {
    const claim = createClaim({ ...options, ttlMs: options.leaseMs, exclusive: true });
    await claim.start();
    try {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(GIVE_WAY_MS)]);
      if ((await claim.next(patience)).length === 0) throw RebuildError.noWay();
      const settings = await ofNothingAsWell();
      for (const rollup of filled) {
        for (const partition of partitionsOf(rollup, months)) {
          await catchUp(rollup, rollup.partitions.months(partition), from);
          await claim.heldFor(STATEMENT_LIMIT_MS);
          const { table } = rollup;
          await run(`ALTER TABLE ${table} REPLACE PARTITION ${String(partition)} FROM ${staging(table)}`, settings);
        }
      }
      const others = await companiesOf({ table: ROLLUPS, time: 'bucket', position: 'last_position' }, months);
      await options.tellChanges(others.map(({ companyId }) => ({ companyId })));
    } finally {
      await claim.stop();
    }
  }

  async function rebuild(months: readonly Month[], progress: (text: string) => void, signal: AbortSignal) {
    const [from, plans] = [await writtenTo(), await readPlans(clickhouse)];
    let counted = 0;
    for (const table of tables) {
      await run(`DROP TABLE IF EXISTS ${staging(table)} SYNC`);
      await run(`CREATE TABLE ${staging(table)} AS ${table}`);
    }
    for (const rollup of filled) {
      for (const month of partitionsOf(rollup, months).flatMap(rollup.partitions.months)) {
        if (!months.includes(month)) await keep(rollup, month, await companiesOf(rowsOf(rollup), [month]));
        else {
          await make(rollup, month, plans, (more) => {
            counted += more;
            progress(`${String(month)} ${rollup.name}: ${String(counted)} events counted`);
          });
        }
        if (signal.aborted) throw RebuildError.stopped();
      }
    }
    progress('waiting for the writers to give way');
    await swap(months, from, signal);
    return counted;
  }

  return async (span, progress, signal) => {
    const turn = createTurn({ ...options, ttlMs: options.leaseMs, name: 'rebuild' });
    if (!(await turn.tryAcquire())) throw RebuildError.other();
    const months = monthsOf(span);
    try {
      const counted = await rebuild(months, progress, signal);
      return `${String(months.length)} months of ${filled.map(({ name }) => name).join(', ')} are made anew: ${String(counted)} events counted`;
    } finally {
      for (const table of tables) await run(`DROP TABLE IF EXISTS ${staging(table)} SYNC`);
      await turn.release();
    }
  };
}

const tables = [...new Set(filled.map(({ table }) => table))];

/** Rows that are counted by company and month. */
interface Kind {
  readonly table: string;
  readonly time: string;
  readonly position: string;
  readonly rows?: string;
}

const events: Kind = { table: 'analytics.events', time: 'at', position: 'position' };

function rowsOf({ table, rows }: Filled): Kind {
  return { table, rows, time: 'bucket', position: 'last_position' };
}

function partitionsOf({ partitions }: Filled, months: readonly Month[]): number[] {
  return [...new Set(months.map(partitions.of))];
}

function staging(table: string): string {
  return `${table}_rebuild`;
}
