import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { companySettings } from '../queries/companySettings.ts';
import { refuse, refuseIfOutdated, writeAsAgent, type Outcome } from './asAgent.ts';

/** A year: what is older is another story. */
const LONGEST_SECONDS = 366 * 24 * 60 * 60;

/** What is undefined stays; a window of null is the installation's again. */
export async function updateInboxSettings(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: {
    readonly reopenWithinSeconds?: number | null | undefined;
    readonly reopenUnassigned?: boolean | null | undefined;
    readonly expectedVersion?: number | null | undefined;
  },
): Promise<Outcome<{ version: number }>> {
  return writeAsAgent(database, identity, 'settings:change', async ({ sql, companyId }) => {
    const { reopenWithinSeconds: wanted } = input;
    if (wanted != null && (wanted < 0 || wanted > LONGEST_SECONDS)) {
      return refuse('INVALID', `A window has 0 to ${LONGEST_SECONDS} seconds, which is a year.`, 'reopenWithinSeconds');
    }
    // Two who change at once: the second waits here and sees what the first has left.
    await sql`
      insert into conversations.company_settings (company_id) values (${companyId}) on conflict do nothing`;
    await sql`select from conversations.company_settings where company_id = ${companyId} for update`;
    const { version, ...before } = await companySettings(sql, companyId);
    const outdated = refuseIfOutdated('The settings have', version, input.expectedVersion);
    if (outdated) return outdated;

    const within = wanted === undefined ? before.reopenWithinSeconds : wanted;
    const unassigned = input.reopenUnassigned ?? before.reopenUnassigned;
    if (within === before.reopenWithinSeconds && unassigned === before.reopenUnassigned) return { version };
    await sql`
      update conversations.company_settings
      set reopen_within_seconds = ${within}, reopen_unassigned = ${unassigned}, version = version + 1
      where company_id = ${companyId}`;
    return { version: version + 1 };
  });
}
