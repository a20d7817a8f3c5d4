import { visibleContacts } from '../queries/viewer.ts';
import type { CallerTransaction } from './asAgent.ts';

/** Whether the caller may see the contact. One that they may not see is as if it did not exist. */
export async function isContactVisible(
  { sql, companyId, limit }: Pick<CallerTransaction, 'sql' | 'companyId' | 'limit'>,
  contactId: string,
): Promise<boolean> {
  if (limit === null) return true;
  const seen = await sql`
    select from conversations.contacts k
    where k.company_id = ${companyId} and k.id = ${contactId} and ${visibleContacts({ limit })}`;
  return seen.length > 0;
}
