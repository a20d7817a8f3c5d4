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
  for (const { channels, ...company } of companies) {
    const session = database.session(company.id);
    try {
      const ids = channels.map(({ id }) => id);
      const existing = await companiesByIds(session, [company.id]);
      const connected = new Set((await channelsByIds(session, company.id, ids)).map(({ id }) => id));
      if (existing.length === 0) await createCompany(database, company);
      for (const channel of channels) {
        if (!connected.has(channel.id)) await createChannel(database, keyring, { ...channel, companyId: company.id });
      }
    } finally {
      await session.close();
    }
  }
}
