import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

const BATCH = 1_000;

/**
 * Takes a deleted label from some more of its conversations. They are not locked, and nothing is told: to everybody the label
 * is gone since it was deleted.
 *
 * @returns Whether something was done.
 */
export async function clearLabel(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  id: string,
): Promise<boolean> {
  return database.write(companyId, async ({ sql }) => {
    const cleared = await sql`
      delete from conversations.conversation_labels
      where company_id = ${companyId} and label_id = ${id} and conversation_id in (
        select conversation_id from conversations.conversation_labels
        where company_id = ${companyId} and label_id = ${id}
        order by conversation_id limit ${BATCH} for update skip locked
      )
      returning 1 as cleared`;
    if (cleared.length > 0) return true;
    const done = await sql`
      update conversations.labels set cleared_at = now()
      where company_id = ${companyId} and id = ${id} and cleared_at is null and not exists (
        select from conversations.conversation_labels where company_id = ${companyId} and label_id = ${id})
      returning 1 as done`;
    return done.length > 0;
  });
}
