import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

/** When keys of one company were used last. Of what several routers say, the latest holds. */
export async function noteKeysUsed(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  used: readonly { readonly keyId: string; readonly at: string }[],
): Promise<void> {
  await database.write(
    companyId,
    ({ sql }) => sql`
      update conversations.partner_keys k set last_used_at = greatest(k.last_used_at, u.at)
      from unnest(${used.map(({ keyId }) => keyId)}::uuid[], ${used.map(({ at }) => at)}::timestamptz[]) as u (id, at)
      where k.company_id = ${companyId} and k.id = u.id`,
  );
}
