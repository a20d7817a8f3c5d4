import type { Sql } from '#platform/postgres/sql.ts';

/** How a company's inbox works, where it differs from the installation. */
export interface CompanySettings {
  /** Null: as the installation says. */
  readonly reopenWithinSeconds: number | null;
  readonly reopenUnassigned: boolean;
  readonly version: number;
}

const untouched: CompanySettings = { reopenWithinSeconds: null, reopenUnassigned: false, version: 1 };

/** One row by its key; a company that has never changed anything has none. */
export async function companySettings(sql: Sql, companyId: string): Promise<CompanySettings> {
  const [settings = untouched] = await sql<CompanySettings>`
    select reopen_within_seconds as "reopenWithinSeconds", reopen_unassigned as "reopenUnassigned", version
    from conversations.company_settings where company_id = ${companyId}`;
  return settings;
}
