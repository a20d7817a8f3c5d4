import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Logger } from '#platform/logging/logger.ts';
import type { Layout } from './ddl.ts';
import { select } from './statements.ts';

/** Long enough to look into what was slow last week. */
const DAYS = 14;
const limits = { seconds: 10, bytes: 1_000_000_000 };

/** A table of ClickHouse's own log, as it was created. */
export interface SystemLog {
  readonly name: string;
  readonly definition: string;
}

/** Statements by which the logs go that would stay for ever. A log that somebody has given an end keeps it. */
export function endingLogs(logs: readonly SystemLog[]): string[] {
  return logs
    .filter(({ definition }) => !/\bTTL\b/.test(definition))
    .map(({ name }) => `ALTER TABLE system.${name} MODIFY TTL event_date + INTERVAL ${String(DAYS)} DAY`);
}

/**
 * ClickHouse writes down each query and each part in tables that nobody ever empties, until they fill the disk. Who must not change
 * them is no failure: the log says so, and the server's configuration can do it (`infra/compose.yaml`).
 */
export async function endSystemLogs(
  client: ClickHouseClient,
  { logger, layout }: { readonly logger: Logger; readonly layout: Layout },
): Promise<void> {
  try {
    const logs = await select(client, {
      name: 'system-logs',
      sql: `SELECT name, engine_full AS definition FROM system.tables
        WHERE database = 'system' AND name LIKE '%_log' AND engine LIKE '%MergeTree'`,
      limits,
      row: z.object({ name: z.string(), definition: z.string() }),
    });
    for (const statement of endingLogs(logs)) {
      for (const query of layout.ddl(statement)) await client.command({ query });
    }
  } catch (error) {
    logger.warn({ err: error }, 'the logs of ClickHouse itself have no end: give them a <ttl> in its configuration');
  }
}
