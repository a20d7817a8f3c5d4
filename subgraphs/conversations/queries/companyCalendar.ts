import type { Sql } from '#platform/postgres/sql.ts';
import type { Calendar } from '../rules/businessTime.ts';

const unknown: Calendar = { timeZone: 'UTC', businessHours: null };

/** One row by its key. */
export async function companyCalendar(sql: Sql, companyId: string): Promise<Calendar> {
  const [calendar = unknown] = await sql<Calendar>`
    select time_zone as "timeZone", business_hours as "businessHours"
    from conversations.company_calendars where company_id = ${companyId}`;
  return calendar;
}
