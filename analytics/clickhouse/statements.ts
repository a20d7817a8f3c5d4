import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';

/** What a statement may use before the engine ends it. */
export interface Limits {
  readonly seconds: number;
  readonly bytes: number;
}

export type Params = Readonly<Record<string, unknown>>;

/** Settings by name, as ClickHouse spells them. */
type Settings = Readonly<Record<string, number>>;

/**
 * Settings stand in the statement itself: given through the client, the embedded engine would keep them for every later
 * statement of its session. `name` appears in `system.query_log` and `system.processes` as `log_comment`.
 */
export function settingsClause(name: string, limits: Limits, more: Settings = {}): string {
  const settings = { max_execution_time: limits.seconds, max_memory_usage: limits.bytes, ...more };
  const list = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  return `SETTINGS ${[...list, `log_comment = 'analytics:${name}'`].join(', ')}`;
}

/** Runs a SELECT and reads its rows by `schema`; values go only through `params` (`{name:Type}` in the text). */
export async function select<S extends z.ZodType>(
  client: ClickHouseClient,
  query: {
    readonly name: string;
    readonly sql: string;
    readonly params?: Params;
    readonly limits: Limits;
    readonly row: S;
  },
): Promise<z.output<S>[]> {
  const result = await client.query({
    query: `${query.sql}\n${settingsClause(query.name, query.limits)}`,
    format: 'JSONEachRow',
    ...(query.params && { query_params: { ...query.params } }),
  });
  return z.array(query.row).parse(await result.json());
}

/** Inserts rows, if any, all with the columns of the first, as one block: each partition gets all of its rows in one atomic part, or none of them. */
export async function insertBlock(
  client: ClickHouseClient,
  insert: {
    readonly name: string;
    readonly table: string;
    readonly rows: readonly object[];
    readonly limits: Limits;
  },
): Promise<void> {
  const [first] = insert.rows;
  if (first === undefined) return;
  const settings = settingsClause(insert.name, insert.limits, {
    ...oneBlock,
    async_insert: 0,
    input_format_parallel_parsing: 0,
  });
  // Named once, and not in each row: a third of the work of reading them.
  const columns = Object.keys(first);
  const valuesOf = (row: object) => {
    const cells = row as Readonly<Record<string, unknown>>;
    return JSON.stringify(columns.map((column) => cells[column]));
  };
  const result = await client.exec({
    query: `INSERT INTO ${insert.table} (${columns.join(', ')}) ${settings} FORMAT JSONCompactEachRow`,
    values: Readable.from([insert.rows.map(valuesOf).join('\n')], { objectMode: false }),
  });
  // The answer is empty; it has to be read for the connection to be free again.
  for await (const _ of result.stream);
}

/** Keeps the rows of a statement together: no split by size, and no limit on the months that one block may touch. */
export const oneBlock: Settings = {
  max_insert_threads: 1,
  max_insert_block_size: 10_000_000,
  min_insert_block_size_rows: 10_000_000,
  min_insert_block_size_bytes: 0,
  max_partitions_per_insert_block: 0,
};
