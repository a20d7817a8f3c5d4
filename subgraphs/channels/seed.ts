import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { createChannel, type NewChannel } from './commands/createChannel.ts';
import { createCompany, type NewCompany } from './commands/createCompany.ts';
import { createWebChat, type NewWebChat } from './commands/createWebChat.ts';
import { channelsByIds } from './queries/channels.ts';
import { companiesByIds } from './queries/companiesByIds.ts';

export type SeedCompany = NewCompany & {
  readonly channels: readonly Omit<NewChannel, 'companyId'>[];
  readonly webChats?: readonly Omit<NewWebChat, 'companyId'>[];
};

/** Creates what is missing of these companies and their channels, and leaves alone what is there. */
export async function seedChannels(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  companies: readonly SeedCompany[],
): Promise<void> {
  for (const seed of companies) {
    const { channels, webChats = [], ...company } = seed;
    const { exists, connected } = await existing(database, seed);
    if (!exists) await createCompany(database, company);
    for (const channel of channels) {
      if (!connected.has(channel.id)) await createChannel(database, keyring, { ...channel, companyId: company.id });
    }
    for (const webChat of webChats) {
      if (!connected.has(webChat.id)) await createWebChat(database, keyring, { ...webChat, companyId: company.id });
    }
  }
}

/** Its connection is given back before anything is written: the pool may have no second one. */
async function existing(
  database: Database<SwitchboardCatalogue>,
  { id: companyId, channels, webChats = [] }: SeedCompany,
) {
  const session = database.session(companyId);
  try {
    const [company] = await companiesByIds(session, [companyId]);
    const ids = [...channels, ...webChats].map(({ id }) => id);
    const connected = new Set((await channelsByIds(session, companyId, ids)).map(({ id }) => id));
    return { exists: company !== undefined, connected };
  } finally {
    await session.close();
  }
}
