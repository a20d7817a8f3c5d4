import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Account } from '../platforms/outbound.ts';
import { openAccount } from '../delivery/account.ts';
import { connectedChannel } from './connectedChannel.ts';

/** The account of a channel, its token opened; undefined when the channel is gone, or its token does not open. */
export async function channelAccount(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  { companyId, channelId }: { readonly companyId: string; readonly channelId: string },
): Promise<Account | undefined> {
  const channel = await connectedChannel(database, companyId, channelId);
  return channel && openAccount(keyring, companyId, { ...channel, channelId });
}
