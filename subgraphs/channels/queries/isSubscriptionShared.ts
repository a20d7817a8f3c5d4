import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';

/**
 * Whether what Meta tells of a page may be needed by an Instagram account: one that is connected by its page hears by the
 * page's subscription. Which page it is, is not known here, so any such account of the company counts.
 */
export async function isSubscriptionShared(
  database: Database<SwitchboardCatalogue>,
  { companyId, platform }: { readonly companyId: string; readonly platform: Platform },
): Promise<boolean> {
  if (platform !== 'MESSENGER') return false;
  const session = database.session(companyId);
  try {
    const shared = await session.read(
      (sql) => sql`
        select 1 as found from channels.channels
        where company_id = ${companyId} and platform = 'INSTAGRAM' and status <> 'REMOVED'
          and settings ->> 'instagramLogin' = 'PAGE' limit 1`,
    );
    return shared.length > 0;
  } finally {
    await session.close();
  }
}
