import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { settingsClause } from '../clickhouse/statements.ts';
import type { Rows } from '../queries/scope.ts';
import type { Format } from './formats.ts';

/** Below what a client waits for the first byte of an answer. */
const limits = { seconds: 60, bytes: 2_000_000_000 };
const settings = {
  // Groups beyond it wait on the disk.
  max_bytes_before_external_group_by: 500_000_000,
  max_insert_threads: 1,
};

/**
 * Has the engine write a file, which is nowhere whole in memory, and hands it out once it is whole: what fails, fails before
 * the first byte. A server keeps it on its own disk; the embedded engine, which would give its answer in one piece, writes to this
 * machine's, from where it is gone when it was read.
 */
export function createFileWriter({
  clickhouse,
  isEmbedded,
}: {
  readonly clickhouse: ClickHouseClient;
  readonly isEmbedded: boolean;
}): (rows: Rows, format: Format) => Promise<Readable> {
  return isEmbedded
    ? (rows, format) => fromDisk(clickhouse, rows, format)
    : (rows, format) => fromServer(clickhouse, rows, format);
}

async function fromServer(clickhouse: ClickHouseClient, { sql, params }: Rows, { name }: Format): Promise<Readable> {
  const { stream } = await clickhouse.exec({
    query: `${sql} FORMAT ${name} ${clause()}`,
    query_params: { ...params },
    clickhouse_settings: { wait_end_of_query: 1, cancel_http_readonly_queries_on_client_close: 1 },
  });
  return stream;
}

async function fromDisk(clickhouse: ClickHouseClient, { sql, params }: Rows, { name }: Format): Promise<Readable> {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-export-'));
  const path = join(directory, 'figures');
  const remove = () => void rm(directory, { recursive: true, force: true }).catch(() => undefined);
  try {
    const query = `INSERT INTO FUNCTION file('${path}', '${name}') ${sql} ${clause()}`;
    await clickhouse.command({ query, query_params: { ...params } });
    return createReadStream(path).once('close', remove);
  } catch (error) {
    remove();
    throw error;
  }
}

/** In the statement itself: the embedded engine would keep what is given otherwise. */
function clause(): string {
  return `${settingsClause('export', limits, settings)}, date_time_output_format = 'iso', format_csv_null_representation = '', output_format_parquet_compression_method = 'snappy'`;
}
