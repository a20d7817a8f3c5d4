import { badUserInput } from '#platform/graphql/errors.ts';
import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, join, type Fragment, type Sql } from '#platform/postgres/sql.ts';
import type { AuditEntryRow } from '../rows.ts';
import { keyset } from './keyset.ts';

/** What is left out or null does not filter; what is given has to hold together. */
export interface AuditFilter {
  readonly actorId?: string | null | undefined;
  readonly action?: string | null | undefined;
  readonly subjectId?: string | null | undefined;
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
}

/** A page of what people changed and one row more, newest first when read forward. */
export async function auditPage(
  sql: Sql,
  companyId: string,
  filter: AuditFilter,
  page: PageRequest,
): Promise<AuditEntryRow[]> {
  const { beyondCursor, order, limit } = keyset(
    { at: fragment`e.occurred_at`, id: fragment`e.id` },
    page,
    'descending',
  );
  return sql<AuditEntryRow>`
    select e.id, e.occurred_at as "occurredAt", e.actor_kind as "actorKind", e.actor_id as "actorId", e.action,
      e.subject_kind as "subjectKind", e.subject_id as "subjectId", e.before, e.after,
      e.client_address as "clientAddress", e.request_id as "requestId"
    from conversations.audit_entries e
    where e.company_id = ${companyId} ${conditions(filter)} ${beyondCursor}
    order by ${order} limit ${limit}`;
}

function conditions({ actorId, action, subjectId, from, to }: AuditFilter): Fragment {
  if (from && to && from >= to) throw badUserInput('The range ends before it begins', 'filter.to');
  const found: Fragment[] = [];
  // Ids are kept in lower case, the names of partners as they are.
  if (actorId != null) found.push(fragment`and e.actor_id in (${actorId}, ${actorId.toLowerCase()})`);
  if (action != null) found.push(fragment`and e.action = ${action}`);
  if (subjectId != null) found.push(fragment`and e.subject_id = ${subjectId.toLowerCase()}`);
  if (from) found.push(fragment`and e.occurred_at >= ${from}`);
  if (to) found.push(fragment`and e.occurred_at < ${to}`);
  return join(found, ' ');
}
