import { Pool } from 'pg';

/** The conversations' own tables, as one company's statements see them. */
export interface Tables {
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export function openTables(databaseUrl: string, companyId: string): Tables {
  const pool = new Pool({ connectionString: databaseUrl, max: 1, options: `-c app.company_id=${companyId}` });
  return {
    rows: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(text, [...values])).rows,
    close: () => pool.end(),
  };
}
