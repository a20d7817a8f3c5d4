import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Logger } from '#platform/logging/logger.ts';
import { oneServer, type Layout } from './ddl.ts';
import { insertBlock, select } from './statements.ts';

/** Statements must be repeatable (`IF NOT EXISTS`): ClickHouse has no transactions, and a start may die between two. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly statements: readonly (string | ByMonth)[];
}

/**
 * What is made of all rows of a table, in a statement for each month of them: one for a long history would take longer than a client waits
 * for its answer, and the next start would begin it again.
 */
export interface ByMonth {
  readonly of: { readonly table: string; readonly time: string };
  /** @param month as `toYYYYMM` says it. */
  readonly ofMonth: (month: number) => string;
}

const limits = { seconds: 60, bytes: 1_000_000_000 };

const database = 'CREATE DATABASE IF NOT EXISTS analytics';
const applied = `CREATE TABLE IF NOT EXISTS analytics.migrations (
  id UInt32, name String, applied_at DateTime('UTC') DEFAULT now('UTC')
) ENGINE = MergeTree ORDER BY id`;

/**
 * Brings the database `analytics` up to date, in the order of ids; what was applied stands in `analytics.migrations`. One process at a
 * time may do it: see {@link createMigrator}.
 *
 * @param options.layout Says what a statement is where it is run; it hears of all of them, also of those that were run before.
 * @param options.mayRun Asked before each statement; throws when another process may be at it now.
 */
export async function migrate(
  client: ClickHouseClient,
  migrations: readonly Migration[],
  options: { readonly logger: Logger; readonly layout?: Layout; readonly mayRun?: () => void },
): Promise<void> {
  const { logger, layout: { ddl } = oneServer, mayRun } = options;
  const run = async (statements: readonly string[]): Promise<void> => {
    for (const query of statements) {
      mayRun?.();
      await client.command({ query });
    }
  };
  await run([...ddl(database), ...ddl(applied)]);
  const rows = await select(client, {
    name: 'migrations',
    sql: 'SELECT id FROM analytics.migrations',
    limits,
    row: z.object({ id: z.number() }),
  });
  const done = new Set(rows.map(({ id }) => id));
  for (const { id, name, statements } of migrations.toSorted((a, b) => a.id - b.id)) {
    const here = statements.map((statement) => (typeof statement === 'string' ? ddl(statement) : statement));
    if (done.has(id)) continue;
    for (const step of here) {
      if ('ofMonth' in step) for (const month of await monthsOf(client, step)) await run(ddl(step.ofMonth(month)));
      else await run(step);
    }
    await insertBlock(client, { name: 'migrations', table: 'analytics.migrations', rows: [{ id, name }], limits });
    logger.info({ migration: `${id} ${name}` }, 'ClickHouse migration applied');
  }
}

async function monthsOf(client: ClickHouseClient, { of: { table, time } }: ByMonth): Promise<number[]> {
  const rows = await select(client, {
    name: 'migration-months',
    sql: `SELECT DISTINCT toYYYYMM(${time}) AS month FROM ${table} ORDER BY month`,
    limits,
    row: z.object({ month: z.number() }),
  });
  return rows.map(({ month }) => month);
}
