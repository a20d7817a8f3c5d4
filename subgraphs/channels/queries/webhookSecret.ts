import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { webhookChannel } from './webhookChannel.ts';

/** The secret that a channel's webhooks are marked with, for the operators' tools; undefined when there is no such channel. */
export async function webhookSecret(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  channelId: string,
): Promise<string | undefined> {
  const channel = await webhookChannel(database, channelId);
  return channel && keyring.open(channel.webhookSecret, channelId);
}
