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
    // Materialized: as a condition of the deletion the batch would be read anew for each row, and have no end.
    const cleared = await sql`
      with batch as materialized (
        select conversation_id from conversations.conversation_labels
        where company_id = ${companyId} and label_id = ${id}
        order by last_activity_at, conversation_id limit ${BATCH} for update skip locked
      )
      delete from conversations.conversation_labels l using batch
      where l.company_id = ${companyId} and l.label_id = ${id} and l.conversation_id = batch.conversation_id
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
