import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { parseError } from '@clickhouse/client';
import type { ChdbConnection } from 'chdb/connection';

type Statement = Parameters<ChdbConnection['exec']>[0];
type Answer = ReturnType<ChdbConnection['exec']>;

/** An insert of lines into a table, as `analytics/clickhouse/statements.ts` writes it. */
const INSERT = /^INSERT INTO ([\w.]+) \(([\w, ]+)\)\s+SETTINGS (.+) FORMAT (JSONCompactEachRow)$/;
const SETTING = /^(\w+) = (?:'(.*)'|(\d+))$/;

/**
 * Runs an insert whose lines come as bytes, and gives them to the engine where they are: put behind the statement as one text, they would
 * be copied four times by the thread that everything else waits for. Undefined when the statement is another one.
 */
export function linesInsert(connection: ChdbConnection, statement: Statement): Answer | undefined {
  const [, table, columns, settings, format] = INSERT.exec(statement.query) ?? [];
  if (!table || !columns || !settings || format !== 'JSONCompactEachRow' || statement.values === undefined) return;
  const into = { table, columns: columns.split(', '), settings: settingsOf(settings), format } as const;
  return insert(connection, into, statement);
}

type Into = Omit<Parameters<ChdbConnection['chdb']['rawInsert']>[0], 'values'>;

async function insert(connection: ChdbConnection, into: Into, { values, query_id }: Statement): Answer {
  const chunks: Buffer[] = [];
  for await (const chunk of values ?? []) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  const [only = Buffer.alloc(0)] = chunks;
  try {
    await connection.chdb.rawInsert({ ...into, values: chunks.length > 1 ? Buffer.concat(chunks) : only });
  } catch (error) {
    // As the connection does with those of every other statement.
    throw Object.assign(parseError(error instanceof Error ? error.message : String(error)), { cause: error });
  }
  return { stream: Readable.from([]), query_id: query_id ?? randomUUID(), response_headers: {}, http_status_code: 200 };
}

function settingsOf(list: string): Record<string, string | number> {
  const settings = list.split(', ').map((setting) => {
    const [, name = '', text, number] = SETTING.exec(setting) ?? [];
    return [name, text ?? Number(number)] as const;
  });
  return Object.fromEntries(settings);
}
