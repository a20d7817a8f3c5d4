import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { writeAsAgent, type Outcome } from '../asAgent.ts';
import { auditView } from './auditView.ts';
import { lockView, type ViewInput } from './lockView.ts';

export async function deleteView(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ViewInput,
): Promise<Outcome<{ viewId: string }>> {
  return writeAsAgent(database, identity, 'views:manage', async (transaction) => {
    const view = await lockView(transaction, input);
    if ('userErrors' in view) return view;
    const { sql, companyId } = transaction;
    await sql`delete from conversations.saved_views where company_id = ${companyId} and id = ${view.id}`;
    await auditView(transaction, 'view.deleted', { id: view.id, before: view });
    return { viewId: view.id };
  });
}
