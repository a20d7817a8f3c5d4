import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { PrivacyJob } from '../privacy/job.ts';
import { writeAsAgent, type Outcome } from './asAgent.ts';
import { audit } from './audit.ts';
import { contactNotFound, lockContact } from './changeContact.ts';

const actions = { EXPORT: 'contact.export.requested', ERASURE: 'contact.erasure.requested' } as const;

/** Asks for what a worker does. While it is under way, asking again gives the same job. */
export async function requestPrivacyJob(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { contactId, kind }: { readonly contactId: string; readonly kind: PrivacyJob['kind'] },
): Promise<Outcome<{ jobId: string }>> {
  return writeAsAgent(database, identity, 'privacy:act', async (transaction) => {
    const { sql, companyId, agentId } = transaction;
    const contact = await lockContact(transaction, contactId);
    if (!contact) return contactNotFound();
    const [underWay] = await sql<{ id: string }>`
      select id from conversations.privacy_jobs
      where company_id = ${companyId} and contact_id = ${contact.id} and kind = ${kind}
        and status in ('QUEUED', 'RUNNING')`;
    if (underWay) return { jobId: underWay.id };
    const jobId = v7();
    await sql`
      insert into conversations.privacy_jobs (company_id, id, kind, status, contact_id, requested_by)
      values (${companyId}, ${jobId}, ${kind}, 'QUEUED', ${contact.id}, ${agentId})`;
    const subject = { kind: 'contact', id: contact.id };
    await audit(transaction, { action: actions[kind], subject, after: { jobId } });
    return { jobId };
  });
}
