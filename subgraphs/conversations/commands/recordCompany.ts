import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

type Changed = EventOf<SwitchboardCatalogue, 'channel.company.changed'>;

/** Keeps by which clocks and hours a company works; an older state never takes the place of a newer one. */
export async function recordCompany(
  database: Database<SwitchboardCatalogue>,
  { companyId, data, occurredAt }: Pick<Changed, 'companyId' | 'data' | 'occurredAt'>,
): Promise<void> {
  const hours = data.businessHours && JSON.stringify(data.businessHours);
  await database.write(
    companyId,
    ({ sql }) => sql`
      insert into conversations.company_calendars as c (company_id, time_zone, business_hours, changed_at)
      values (${companyId}, ${data.timeZone}, ${hours}::jsonb, ${occurredAt})
      on conflict (company_id) do update set
        time_zone = excluded.time_zone, business_hours = excluded.business_hours, changed_at = excluded.changed_at
      where c.changed_at <= excluded.changed_at`,
  );
}
