import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { writeAsAgent, type Outcome } from '../asAgent.ts';
import { auditCannedResponse } from './auditCannedResponse.ts';
import { lockCannedResponse, type CannedResponseInput } from './lockCannedResponse.ts';

/** What was sent with it stays as it is. */
export async function deleteCannedResponse(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: CannedResponseInput,
): Promise<Outcome<{ id: string }>> {
  return writeAsAgent(database, identity, 'own:keep', async (transaction) => {
    const found = await lockCannedResponse(transaction, identity, input);
    if ('userErrors' in found) return found;
    const { sql, companyId } = transaction;
    await sql`delete from conversations.canned_responses where company_id = ${companyId} and id = ${found.id}`;
    const { id, isShared } = found;
    await auditCannedResponse(transaction, 'cannedResponse.deleted', { id, isShared, before: found });
    return { id };
  });
}
