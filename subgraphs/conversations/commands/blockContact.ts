import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Outcome } from './asAgent.ts';
import { audit } from './audit.ts';
import { changeContact } from './changeContact.ts';
import { saveDetails } from './saveDetails.ts';

/**
 * From now on, what the contact writes is kept and counted as a message, in the conversation that they had last: it opens
 * and wakes nothing, nobody has it unread, nobody is told, no bot answers. Nothing can be sent to them. A conversation that
 * goes on stays as it is.
 */
export async function blockContact(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly contactId: string },
): Promise<Outcome<{ contactId: string }>> {
  return setBlocked(database, identity, input.contactId, new Date());
}

export async function unblockContact(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly contactId: string },
): Promise<Outcome<{ contactId: string }>> {
  return setBlocked(database, identity, input.contactId, null);
}

function setBlocked(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  contactId: string,
  blockedAt: Date | null,
): Promise<Outcome<{ contactId: string }>> {
  return changeContact(database, identity, { contactId }, async (transaction, contact) => {
    if ((contact.blockedAt === null) === (blockedAt === null)) return undefined;
    await saveDetails(transaction, contact.id, { ...contact, blockedAt });
    const action = blockedAt ? 'contact.blocked' : 'contact.unblocked';
    await audit(transaction, { action, subject: { kind: 'contact', id: contact.id } });
    return blockedAt ? 'BLOCKED' : 'UNBLOCKED';
  });
}
