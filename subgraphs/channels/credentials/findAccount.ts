import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Account } from '../platforms/outbound.ts';
import { connectedChannel } from '../queries/connectedChannel.ts';
import { openAccount } from './openAccount.ts';

/** The account of a channel, its token opened; undefined when the channel is gone, or its token does not open. */
export type FindAccount = (place: {
  readonly companyId: string;
  readonly channelId: string;
}) => Promise<Account | undefined>;

export function createFindAccount(database: Database<SwitchboardCatalogue>, keyring: Keyring): FindAccount {
  return async ({ companyId, channelId }) => {
    const channel = await connectedChannel(database, companyId, channelId);
    return channel && openAccount(keyring, companyId, { ...channel, channelId });
  };
}
