import type { Client } from 'pg';

/** One row of a table of any company. */
export interface StoredRow {
  readonly table: string;
  readonly companyId: string;
  readonly row: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Of all contexts, as the administrator of the database sees them: what is kept of companies, and nothing of a context's own. */
export async function storedRows(client: Client): Promise<StoredRow[]> {
  const { rows: tables } = await client.query<{ name: string; company: string }>(
    `select c.table_schema || '.' || c.table_name as name, c.column_name as company
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where t.table_type = 'BASE TABLE' and c.table_schema in ('channels', 'conversations', 'knowledge')
       and (c.column_name = 'company_id' or (c.table_name = 'companies' and c.column_name = 'id'))
       -- What is on its way to the stream comes and goes by itself.
       and c.table_name <> 'outbox'
     order by 1`,
  );
  const all = tables.map(
    ({ name, company }) =>
      `select '${name}' as table, ${company}::text as "companyId", to_jsonb(t) as row, to_jsonb(t)::text as text from ${name} t`,
  );
  const { rows } = await client.query<StoredRow>(`${all.join(' union all ')} order by 1, 4`);
  return rows;
}

/** How much is still to be told, sent and done. */
export async function underWay(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `select (select count(*) from channels.outbox) + (select count(*) from conversations.outbox)
       + (select count(*) from knowledge.outbox)
       + (select count(*) from channels.deliveries where status in ('WAITING', 'SENDING'))
       + (select count(*) from conversations.bulk_jobs where status = 'RUNNING')
       + (select count(*) from conversations.privacy_jobs where status in ('QUEUED', 'RUNNING'))
       + (select count(*) from knowledge.documents where status = 'QUEUED')
       + (select count(*) from knowledge.document_imports where ended_at is null) as count`,
  );
  return Number(rows[0]?.count);
}

/** What the graph calls the things of a table: those of `conversations.canned_responses` are of the kind CannedResponse. */
export function kindOf(table: string): string {
  const [, name = ''] = table.split('.');
  const singular = name.replace(/ies$/, 'y').replace(/s$/, '');
  return singular
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
