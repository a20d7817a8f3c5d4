import type { Sql } from '#platform/postgres/sql.ts';
import type { ContactPlace } from '#schema/events/contacts.ts';

/** Whose the contact's conversations are: it says which of the agents who are limited may know of the contact. */
export async function placesOfContact(sql: Sql, companyId: string, contactId: string): Promise<ContactPlace[]> {
  return sql<ContactPlace>`
    select distinct team_id as "teamId", assignee_id as "assigneeId" from conversations.conversations
    where company_id = ${companyId} and contact_id = ${contactId}`;
}
