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

/** What JSON has for 64 bits: as a number it would be another one beyond 2^53, and positions in the stream are. */
const exact: Settings = { output_format_json_quote_64bit_integers: 1 };

/** Runs a SELECT and reads its rows by `schema`; values go only through `params` (`{name:Type}` in the text). */
export async function select<S extends z.ZodType>(
  client: ClickHouseClient,
  query: {
    readonly name: string;
    readonly sql: string;
    readonly params?: Params;
    readonly limits: Limits;
    readonly settings?: Settings;
    readonly row: S;
  },
): Promise<z.output<S>[]> {
  const result = await client.query({
    query: `${query.sql}\n${settingsClause(query.name, query.limits, { ...exact, ...query.settings })}`,
    format: 'JSONEachRow',
    ...(query.params && { query_params: { ...query.params } }),
  });
  return z.array(query.row).parse(await result.json());
}

interface Insert {
  readonly name: string;
  readonly table: string;
  readonly limits: Limits;
}

/** Inserts rows, if any, all with the columns of the first, as {@link insertLines} does. */
export async function insertBlock(
  client: ClickHouseClient,
  { rows, ...insert }: Insert & { readonly rows: readonly object[] },
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  const cells = rows as readonly Readonly<Record<string, unknown>>[];
  const lines = cells.map((row) => `${JSON.stringify(columns.map((column) => row[column]))}\n`);
  await insertLines(client, { ...insert, columns, lines: Buffer.from(lines.join('')) });
}

/**
 * Inserts lines, each a JSON array with the values of `columns`, as one block: each partition gets all of its rows in one atomic part, or
 * none of them. Row by row it would be a third more work to write and to read. Null, and what a line ends without, is what the table has
 * where nothing is said.
 */
export async function insertLines(
  client: ClickHouseClient,
  { name, table, columns, lines, limits }: Insert & { readonly columns: readonly string[]; readonly lines: Buffer },
): Promise<void> {
  const settings = settingsClause(name, limits, { ...oneBlock, ...asLines, async_insert: 0 });
  const result = await client.exec({
    query: `INSERT INTO ${table} (${columns.join(', ')}) ${settings} FORMAT JSONCompactEachRow`,
    // Bytes as they are: the embedded engine would copy a text, and more than once.
    values: Readable.from([lines]),
  });
  // The answer is empty; it has to be read for the connection to be free again.
  for await (const _ of result.stream);
}

const asLines: Settings = {
  input_format_parallel_parsing: 0,
  input_format_null_as_default: 1,
  input_format_json_compact_allow_variable_number_of_columns: 1,
};

/** Keeps the rows of a statement together: no split by size, and no limit on the months that one block may touch. */
export const oneBlock: Settings = {
  max_insert_threads: 1,
  max_insert_block_size: 10_000_000,
  min_insert_block_size_rows: 10_000_000,
  min_insert_block_size_bytes: 0,
  max_partitions_per_insert_block: 0,
};
