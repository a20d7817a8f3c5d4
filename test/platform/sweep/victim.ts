import type { Client } from 'pg';

/** One row of a table, as text, with the table's name. */
export interface StoredRow {
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
  readonly text: string;
}

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** Stands for nobody, nothing or no company in several places. */
const NOTHING = '00000000-0000-0000-0000-000000000000';

/** Everything that a company has, in all schemas, as the administrator of the database sees it. */
export async function rowsOf(client: Client, companyId: string): Promise<StoredRow[]> {
  const { rows: tables } = await client.query<{ name: string; company: string }>(
    `select c.table_schema || '.' || c.table_name as name, c.column_name as company
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where t.table_type = 'BASE TABLE' and c.table_schema in ('channels', 'conversations', 'knowledge')
       and (c.column_name = 'company_id' or (c.table_name = 'companies' and c.column_name = 'id'))
       -- What is on its way to the stream comes and goes by itself.
       and c.table_name <> 'outbox'
     order by 1`,
  );
  const found: StoredRow[] = [];
  for (const { name: table, company } of tables) {
    const { rows } = await client.query<{ row: Record<string, unknown>; text: string }>(
      `select to_jsonb(t) as row, to_jsonb(t)::text as text from ${table} t where ${company} = $1 order by 2`,
      [companyId],
    );
    found.push(...rows.map(({ row, text }) => ({ table, row, text })));
  }
  return found;
}

/** The ids in some rows. */
export function idsIn(rows: readonly StoredRow[]): Set<string> {
  const ids = new Set(rows.flatMap(({ text }) => text.match(uuids) ?? []));
  ids.delete(NOTHING);
  return ids;
}

/** The ids of a company's things, by what the graph calls them: those of `conversations.canned_responses` are of CannedResponse. */
export function idsByKind(rows: readonly StoredRow[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { table, row } of rows) {
    const { id } = row;
    if (typeof id !== 'string') continue;
    const kind = kindOf(table);
    ids.set(kind, [...new Set([...(ids.get(kind) ?? []), id])]);
  }
  return ids;
}

function kindOf(table: string): string {
  const [, name = ''] = table.split('.');
  const singular = name.replace(/ies$/, 'y').replace(/s$/, '');
  return singular
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** What only those may see who see the conversations: their ids, and those of all that hangs on them or on a contact. */
export function privateIds(rows: readonly StoredRow[]): Set<string> {
  const tables = new Set([
    'conversations.conversations',
    'conversations.contacts',
    'channels.files',
    'channels.visitors',
  ]);
  const ids = rows.flatMap(({ table, row }) => {
    const hangs = tables.has(table) || 'conversation_id' in row || 'contact_id' in row || 'message_id' in row;
    return hangs && typeof row['id'] === 'string' ? [row['id']] : [];
  });
  return new Set(ids);
}
