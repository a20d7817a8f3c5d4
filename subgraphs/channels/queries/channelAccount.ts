import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Account } from '../platforms/outbound.ts';
import { connectedChannel } from './connectedChannel.ts';

/** The account of a channel, its token opened; undefined when the channel is gone or has no token. */
export async function channelAccount(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  { companyId, channelId }: { readonly companyId: string; readonly channelId: string },
): Promise<Account | undefined> {
  const channel = await connectedChannel(database, companyId, channelId);
  if (!channel || channel.accessToken === null) return undefined;
  const { platform, externalId, accessToken, settings } = channel;
  return { channelId, companyId, platform, externalId, token: keyring.open(accessToken, channelId), settings };
}
