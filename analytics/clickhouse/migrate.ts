import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Logger } from '#platform/logging/logger.ts';
import { insertBlock, select } from './statements.ts';

/** Statements must be repeatable (`IF NOT EXISTS`): ClickHouse has no transactions, and a start may die between two. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly statements: readonly string[];
}

const limits = { seconds: 60, bytes: 1_000_000_000 };

/** Brings the database `analytics` up to date, in the order of ids; what was applied stands in `analytics.migrations`. */
export async function migrate(
  client: ClickHouseClient,
  migrations: readonly Migration[],
  { logger }: { readonly logger: Logger },
): Promise<void> {
  await client.command({ query: 'CREATE DATABASE IF NOT EXISTS analytics' });
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS analytics.migrations (
      id UInt32, name String, applied_at DateTime('UTC') DEFAULT now('UTC')
    ) ENGINE = MergeTree ORDER BY id`,
  });
  const applied = await select(client, {
    name: 'migrations',
    sql: 'SELECT id FROM analytics.migrations',
    limits,
    row: z.object({ id: z.number() }),
  });
  const done = new Set(applied.map(({ id }) => id));
  for (const { id, name, statements } of migrations.toSorted((a, b) => a.id - b.id)) {
    if (done.has(id)) continue;
    for (const statement of statements) await client.command({ query: statement });
    await insertBlock(client, { name: 'migrations', table: 'analytics.migrations', rows: [{ id, name }], limits });
    logger.info({ migration: `${id} ${name}` }, 'ClickHouse migration applied');
  }
}
