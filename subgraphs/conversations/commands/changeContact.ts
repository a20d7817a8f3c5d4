import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ContactChange } from '#schema/events/contacts.ts';
import { isId } from '../ids.ts';
import { placesOfContact } from '../queries/placesOfContact.ts';
import { isContactVisible } from './isContactVisible.ts';
import type { AttributeValue } from '../rules/attributeValues.ts';
import { refuse, writeAsCaller, type CallerTransaction, type Outcome, type Refusal } from './asAgent.ts';

/** Which contact; with a version, only if nobody has changed it since the caller saw that one. */
export interface ContactInput {
  readonly contactId: string;
  readonly expectedVersion?: number | null | undefined;
}

/** What of a contact people change. Attributes by the ids of their definitions. */
export interface ContactDetails {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly blockedAt: Date | null;
}

export interface LockedContact extends ContactDetails {
  readonly id: string;
  readonly version: number;
  readonly erasedAt: Date | null;
}

/** Changes the contact that it is given, and says what of it: nothing, when it was so already. */
type MakeChange = (
  transaction: CallerTransaction,
  contact: LockedContact,
) => Promise<ContactChange | undefined | Refusal>;

/** One caller's change of one contact, in a transaction of its own. */
export async function changeContact(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { contactId, expectedVersion }: ContactInput,
  make: MakeChange,
): Promise<Outcome<{ contactId: string }>> {
  return writeAsCaller(database, identity, 'contacts:change', async (transaction) => {
    const contact = await lockContact(transaction, contactId);
    if (!contact) return contactNotFound();
    if (contact.erasedAt) return contactErased();
    if (expectedVersion != null && expectedVersion !== contact.version) {
      return refuse(
        'CONFLICT',
        `The contact has changed since: it has version ${contact.version} now. Look at it and decide again.`,
        'expectedVersion',
      );
    }
    const change = await make(transaction, contact);
    if (typeof change === 'object') return change;
    if (change !== undefined) await tellContact(transaction, contact.id, change);
    return { contactId: contact.id };
  });
}

/**
 * A contact whom the caller may see, or the one into which it was merged, held until the transaction ends. Less than a lock for deletion: what
 * only refers to a contact, such as a new conversation, does not wait.
 */
export async function lockContact(
  transaction: Pick<CallerTransaction, 'sql' | 'companyId' | 'limit'>,
  id: string,
): Promise<LockedContact | undefined> {
  const { sql, companyId } = transaction;
  if (!isId(id)) return undefined;
  for (let wanted = id; ;) {
    const [row] = await sql<LockedContact & { mergedIntoId: string | null }>`
      select id, name, email, phone, attributes, version, blocked_at as "blockedAt", erased_at as "erasedAt",
        merged_into_id as "mergedIntoId"
      from conversations.contacts where company_id = ${companyId} and id = ${wanted} for no key update`;
    if (!row) return undefined;
    if (row.mergedIntoId === null) return (await isContactVisible(transaction, row.id)) ? row : undefined;
    wanted = row.mergedIntoId;
  }
}

/** Counts a change that was made, and tells it. */
export async function tellContact(
  { sql, publish, companyId, actor }: CallerTransaction,
  contactId: string,
  change: ContactChange,
): Promise<void> {
  await sql`
    update conversations.contacts set version = version + 1 where company_id = ${companyId} and id = ${contactId}`;
  const places = await placesOfContact(sql, companyId, contactId);
  publish({ type: 'conversation.contact.changed', actor, data: { contactId, change, places } });
}

export function contactNotFound(field = 'contactId'): Refusal {
  return refuse('NOT_FOUND', 'There is no such contact.', field);
}

export function contactErased(field = 'contactId'): Refusal {
  return refuse('CONTACT_ERASED', 'What was known of this person was erased: nothing is kept of them any more.', field);
}
