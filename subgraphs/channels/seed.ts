import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { createChannel, type NewChannel } from './commands/createChannel.ts';
import { createCompany, type NewCompany } from './commands/createCompany.ts';
import { channelsByIds } from './queries/channels.ts';
import { companiesByIds } from './queries/companiesByIds.ts';

export type SeedCompany = NewCompany & { readonly channels: readonly Omit<NewChannel, 'companyId'>[] };

/** Creates what is missing of these companies and their channels, and leaves alone what is there. */
export async function seedChannels(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  companies: readonly SeedCompany[],
): Promise<void> {
  for (const seed of companies) {
    const { channels, ...company } = seed;
    const { exists, connected } = await existing(database, seed);
    if (!exists) await createCompany(database, company);
    for (const channel of channels) {
      if (!connected.has(channel.id)) await createChannel(database, keyring, { ...channel, companyId: company.id });
    }
  }
}

/** Its connection is given back before anything is written: the pool may have no second one. */
async function existing(database: Database<SwitchboardCatalogue>, { id: companyId, channels }: SeedCompany) {
  const session = database.session(companyId);
  try {
    const [company] = await companiesByIds(session, [companyId]);
    const ids = channels.map(({ id }) => id);
    const connected = new Set((await channelsByIds(session, companyId, ids)).map(({ id }) => id));
    return { exists: company !== undefined, connected };
  } finally {
    await session.close();
  }
}
