import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { refuse, refuseIfOutdated, writeAsAgent, type Outcome } from '../asAgent.ts';
import { lockLabel, tellLabel } from './labels.ts';

/**
 * The label is gone from every conversation at once, since nothing shows a deleted one; where it hung is cleared afterwards,
 * in batches, so that a label of a hundred thousand conversations holds up nobody. Activities still name it.
 */
export async function deleteLabel(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly labelId: string; readonly expectedVersion?: number | null | undefined },
): Promise<Outcome<{ labelId: string }>> {
  return writeAsAgent(database, identity, 'labels:manage', async (transaction) => {
    const label = await lockLabel(transaction, input.labelId);
    if (!label) return refuse('NOT_FOUND', 'There is no such label.', 'labelId');
    const outdated = refuseIfOutdated('The label has', label.version, input.expectedVersion);
    if (outdated) return outdated;
    await transaction.sql`
      update conversations.labels set deleted_at = now(), version = version + 1
      where company_id = ${transaction.companyId} and id = ${label.id}`;
    tellLabel(transaction, 'DELETED', label);
    return { labelId: label.id };
  });
}
