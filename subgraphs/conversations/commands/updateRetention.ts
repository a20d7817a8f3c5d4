import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { refuse, writeAsAgent, type Outcome } from './asAgent.ts';
import { audit } from './audit.ts';

const MAX_DAYS = 3_650;

/** For how long contents are kept after a conversation was resolved; null: for ever. */
export async function updateRetention(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { days }: { readonly days: number | null },
): Promise<Outcome<{ retentionDays: number | null }>> {
  return writeAsAgent(database, identity, 'privacy:act', async (transaction) => {
    if (days !== null && (days < 1 || days > MAX_DAYS)) {
      return refuse('INVALID', `Contents are kept for 1 to ${MAX_DAYS} days, or for ever (null).`, 'days');
    }
    const { sql, companyId } = transaction;
    const [before] = await sql<{ retentionDays: number | null }>`
      select retention_days as "retentionDays" from conversations.retention_settings
      where company_id = ${companyId} for update`;
    await sql`
      insert into conversations.retention_settings (company_id, retention_days) values (${companyId}, ${days}::int)
      on conflict (company_id) do update set retention_days = excluded.retention_days, updated_at = now()`;
    const retentionDays = before?.retentionDays ?? null;
    if (retentionDays !== days) {
      const subject = { kind: 'company', id: companyId };
      await audit(transaction, {
        action: 'retention.updated',
        subject,
        before: { retentionDays },
        after: { retentionDays: days },
      });
    }
    return { retentionDays: days };
  });
}
