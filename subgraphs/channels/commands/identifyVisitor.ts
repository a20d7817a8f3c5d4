import { v7 } from 'uuid';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SiteUser } from '../webchat/siteUser.ts';

/**
 * The visitor that a user of the site is, on every device. Who is no visitor yet becomes the one that wrote without signing
 * in, with that one's history; unless that one is another user's already, as on a shared computer.
 *
 * @param anonymousId The visitor of this browser, when there is one.
 * @returns the visitor's id
 */
export function identifyVisitor(
  database: Database<SwitchboardCatalogue>,
  { companyId, channelId }: { readonly companyId: string; readonly channelId: string },
  { userId, name, email }: SiteUser,
  anonymousId: string | undefined,
): Promise<string> {
  return database.write(companyId, async ({ sql }) => {
    if (anonymousId !== undefined) {
      await sql`
        insert into channels.visitors (company_id, channel_id, id, user_id)
        values (${companyId}, ${channelId}, ${anonymousId}, ${userId})
        on conflict do nothing`;
    }
    const [visitor] = await sql<{ id: string }>`
      insert into channels.visitors as v (company_id, channel_id, id, user_id, name, email)
      values (${companyId}, ${channelId}, ${v7()}, ${userId}, ${name}, ${email})
      on conflict (company_id, channel_id, user_id) do update
        set name = coalesce(excluded.name, v.name), email = coalesce(excluded.email, v.email)
      returning id`;
    if (!visitor) throw new Error('an upsert returned no row');
    return visitor.id;
  });
}
