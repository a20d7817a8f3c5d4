import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import type { ContactMergeRow } from '../rows.ts';
import { keyset } from './keyset.ts';

const columns = fragment`
  g.id, g.into_id as "intoId", g.from_id as "fromId", g.merged_by as "mergedBy", g.merged_at as "mergedAt",
  g.undone_by as "undoneBy", g.undone_at as "undoneAt"`;

/** The same page, and one row more, of what was merged into each of several contacts; newest first when read forward. */
export async function contactMergePages(
  sql: Sql,
  companyId: string,
  contactIds: readonly string[],
  page: PageRequest,
): Promise<ContactMergeRow[]> {
  const { beyondCursor, order, limit } = keyset({ at: fragment`g.merged_at`, id: fragment`g.id` }, page, 'descending');
  return sql<ContactMergeRow>`
    select g.* from unnest(${contactIds}::uuid[]) as contact (id)
    cross join lateral (
      select ${columns} from conversations.contact_merges g
      where g.company_id = ${companyId} and g.into_id = contact.id ${beyondCursor}
      order by ${order} limit ${limit}
    ) g`;
}

export async function contactMergesByIds(
  sql: Sql,
  companyId: string,
  ids: readonly string[],
): Promise<ContactMergeRow[]> {
  return sql<ContactMergeRow>`
    select ${columns} from conversations.contact_merges g
    where g.company_id = ${companyId} and g.id = any(${ids}::uuid[])`;
}
