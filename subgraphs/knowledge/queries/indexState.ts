import type { Sql } from '#platform/postgres/sql.ts';

/** Where a company's passages are searched, and how often what is found there has changed. */
export interface IndexState {
  readonly collection: string;
  readonly revision: string;
}

/** Undefined while nothing was ever indexed. */
export async function indexState(sql: Sql, companyId: string): Promise<IndexState | undefined> {
  const [state] = await sql<IndexState>`
    select collection, revision from knowledge.indexes where company_id = ${companyId}`;
  return state;
}

/**
 * Belongs into the transaction that changes what is found.
 *
 * @param collection Where a company begins that is in none yet.
 */
export async function countUp(sql: Sql, companyId: string, collection?: string): Promise<void> {
  if (collection === undefined) {
    await sql`update knowledge.indexes set revision = revision + 1 where company_id = ${companyId}`;
    return;
  }
  await sql`
    insert into knowledge.indexes (company_id, collection) values (${companyId}, ${collection})
    on conflict (company_id) do update set revision = knowledge.indexes.revision + 1`;
}

/** From now on the company is searched there. */
export async function moveTo(sql: Sql, companyId: string, collection: string): Promise<void> {
  await sql`
    insert into knowledge.indexes (company_id, collection) values (${companyId}, ${collection})
    on conflict (company_id) do update
    set collection = excluded.collection, revision = knowledge.indexes.revision + 1`;
}
