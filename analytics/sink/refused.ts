import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { insertLines, select, type Limits } from '../clickhouse/statements.ts';

/** Rows that ClickHouse cannot read, each with what it says of it. */
export type Refused<Row> = ReadonlyMap<Row, Error>;

/**
 * What ClickHouse says of a value that it cannot read: `CANNOT_PARSE_*`, `INCORRECT_DATA`, `TYPE_MISMATCH` and the like. Whatever
 * else it says is about itself, and passes. Where it shows the row that it was at, its client takes the first word in brackets for what
 * it says: that of a column's type, `Array(UUID)`.
 */
const OF_THE_ROW =
  /^(CANNOT_(PARSE|READ|CONVERT|INSERT_NULL)_.*|INCORRECT_DATA|TYPE_MISMATCH|ARGUMENT_OUT_OF_BOUND|VALUE_IS_OUT_OF_RANGE.*|DECIMAL_OVERFLOW|TOO_LARGE_STRING_SIZE|UNEXPECTED_.*|UUID)$/;

/** Whether a failed insert may be the fault of a row. */
export function mayBeOfARow(error: unknown): error is Error & { readonly type: string } {
  return error instanceof Error && 'type' in error && typeof error.type === 'string' && OF_THE_ROW.test(error.type);
}

/**
 * Finds the rows that a table cannot take, by giving them to a table function that keeps nothing. None, when it refuses
 * even `sample`, which is right for certain: then table and service do not fit together, and no row is to blame.
 *
 * @throws what ClickHouse says when it is in trouble itself
 */
export async function refusedRows<Row extends object>(
  client: ClickHouseClient,
  options: {
    readonly table: string;
    readonly columns: readonly string[];
    readonly rows: readonly Row[];
    readonly sample: Row;
    readonly linesOf: (rows: readonly Row[]) => Buffer;
    readonly limits: Limits;
  },
): Promise<Refused<Row>> {
  const { table, columns, linesOf, limits } = options;
  const [database, name] = table.split('.');
  const known = await select(client, {
    name: 'sink-columns',
    sql: `SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {name:String}`,
    params: { database, name },
    limits,
    row: z.object({ name: z.string(), type: z.string() }),
  });
  const structure = known.map((column) => `${column.name} ${column.type}`).join(', ');
  const trial = `FUNCTION null('${structure.replaceAll(/['\\]/g, String.raw`\$&`)}')`;

  async function refusal(rows: readonly Row[]): Promise<Error | undefined> {
    try {
      await insertLines(client, { name: 'sink-trial', table: trial, columns, lines: linesOf(rows), limits });
      return undefined;
    } catch (error) {
      if (mayBeOfARow(error)) return error;
      throw error;
    }
  }

  const found = new Map<Row, Error>();
  async function look(rows: readonly Row[]): Promise<void> {
    const error = await refusal(rows);
    if (error === undefined) return;
    const [only, ...others] = rows;
    if (only !== undefined && others.length === 0) {
      found.set(only, error);
      return;
    }
    const middle = rows.length >> 1;
    await look(rows.slice(0, middle));
    await look(rows.slice(middle));
  }
  if ((await refusal([options.sample])) === undefined) await look(options.rows);
  return found;
}
