import type { Sql } from '#platform/postgres/sql.ts';

/** For how long the company keeps contents; null: for ever. */
export async function retentionDays(sql: Sql, companyId: string): Promise<number | null> {
  const [settings] = await sql<{ days: number | null }>`
    select retention_days as days from conversations.retention_settings where company_id = ${companyId}`;
  return settings?.days ?? null;
}
