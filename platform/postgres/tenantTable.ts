const bound = `nullif(current_setting('app.company_id', true), '')::uuid`;

/**
 * The statements that close a table to every company but the one that the transaction is bound to. They belong into the
 * migration that creates the table: provisioning refuses a table without them.
 *
 * The owner is not bound (migrations and definer functions have to see all companies); services run as a role that owns
 * nothing. `current_setting` gives '' on a connection that was bound before, hence nullif: unbound sees nothing and never fails.
 *
 * @param table Qualified by its schema.
 */
export function protectTable(table: string, companyColumn = 'company_id'): string[] {
  return [
    `alter table ${table} enable row level security`,
    `create policy company_only on ${table} using (${companyColumn} = ${bound}) with check (${companyColumn} = ${bound})`,
  ];
}

/** The same for a table whose rows the service adds and reads, and can neither change nor delete: it is not granted more. */
export function protectAppendOnly(table: string): string[] {
  return [
    `alter table ${table} enable row level security`,
    `create policy company_reads on ${table} for select using (company_id = ${bound})`,
    `create policy company_adds on ${table} for insert with check (company_id = ${bound})`,
  ];
}
