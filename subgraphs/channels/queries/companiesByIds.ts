import type { ReadSession } from '#platform/postgres/readSession.ts';
import type { CompanyRow } from '../rows.ts';

/** Row-level security leaves at most one: the company that the session is of. */
export function companiesByIds(session: ReadSession, ids: readonly string[]): Promise<CompanyRow[]> {
  return session.read(
    (sql) => sql<CompanyRow>`
      select id, slug, name, time_zone as "timeZone", business_hours as "businessHours", version
      from channels.companies where id = any(${ids}::uuid[])`,
  );
}
