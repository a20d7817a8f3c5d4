import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { FactError } from '../errors.ts';
import { profileIdentity } from './contactIdentity.ts';

/**
 * What the platform knows of a person.
 *
 * @throws FactError when nobody of that id has written (yet).
 */
export async function profileContact(
  database: Database<SwitchboardCatalogue>,
  { companyId, data }: Pick<EventOf<SwitchboardCatalogue, 'channel.contact.profiled'>, 'companyId' | 'data'>,
): Promise<void> {
  await database.write(companyId, async (transaction) => {
    const known = await profileIdentity(transaction, companyId, data);
    if (!known) throw FactError.contactMissing(data.contact.externalId);
  });
}
