import type { Sql } from '#platform/postgres/sql.ts';
import type { DefinitionRow } from '../rows.ts';

/** All of them: a company has a hundred at the most. */
export async function listDefinitions(sql: Sql, companyId: string): Promise<DefinitionRow[]> {
  return sql<DefinitionRow>`
    select id, key, name, type, choices from conversations.attribute_definitions
    where company_id = ${companyId} order by name, id`;
}
