import { detailWords } from '../text/contactWords.ts';
import { searchVector } from '../text/searchWords.ts';
import type { CallerTransaction } from './asAgent.ts';
import type { ContactDetails } from './changeContact.ts';

/** Writes what a contact is from now on, and the words by which it is found. */
export async function saveDetails(
  { sql, companyId }: Pick<CallerTransaction, 'sql' | 'companyId'>,
  contactId: string,
  details: ContactDetails,
): Promise<void> {
  const { name, email, phone, attributes, blockedAt } = details;
  const words = detailWords(companyId, details);
  await sql`
    update conversations.contacts set
      name = ${name}, email = ${email}, phone = ${phone}, attributes = ${JSON.stringify(attributes)}::jsonb,
      blocked_at = ${blockedAt}::timestamptz, detail_words = ${words}::text[],
      search = array_to_tsvector(${[...searchVector(companyId, name), ...words]}::text[])
    where company_id = ${companyId} and id = ${contactId}`;
}
