import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import type { Database } from '#platform/postgres/database.ts';

/** The channel that an account of a platform is connected as, whatever the company; undefined when it is not. */
export async function accountChannel(
  database: Database<SwitchboardCatalogue>,
  platform: Platform,
  externalId: string,
): Promise<{ readonly id: string; readonly companyId: string } | undefined> {
  const [channel] = await database.lookup(
    (sql) => sql<{ id: string; companyId: string }>`
      select id, company_id as "companyId" from channels.channel_for_account(${platform}, ${externalId})`,
  );
  return channel;
}
