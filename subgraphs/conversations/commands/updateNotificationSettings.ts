import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { NotificationKind } from '../rules/notifications.ts';
import { writeAsAgent } from './asAgent.ts';

/** Of what the agent wants to be told from now on. */
export async function updateNotificationSettings(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { kinds }: { readonly kinds: readonly NotificationKind[] },
): Promise<void> {
  await writeAsAgent(
    database,
    identity,
    'own:keep',
    ({ sql, companyId, agentId }) => sql`
      insert into conversations.notification_settings (company_id, agent_id, kinds)
      values (${companyId}, ${agentId}, ${[...new Set(kinds)]}::text[])
      on conflict (company_id, agent_id) do update set kinds = excluded.kinds`,
  );
}
