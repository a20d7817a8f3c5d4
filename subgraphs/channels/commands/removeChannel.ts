import type { Identity } from '#platform/identity/identity.ts';
import { connectedChannel, type ConnectedChannel } from '../queries/connectedChannel.ts';
import { isSubscriptionShared } from '../queries/isSubscriptionShared.ts';
import { adminOf } from './asAdmin.ts';
import { changeChannel } from './changeChannel.ts';
import type { ChannelTools } from './channelTools.ts';
import { markRemoved } from './markRemoved.ts';
import { promptly } from './platformErrors.ts';
import { channelNotFound, type Outcome } from './outcome.ts';

/**
 * Nothing comes in or goes out any more, and the credentials are forgotten; the account can be connected again, by whomever.
 * The platform is told first, as long as nobody else can have the account.
 */
export async function removeChannel(
  tools: ChannelTools,
  identity: Identity,
  { channelId }: { readonly channelId: string },
): Promise<Outcome<{ channelId: string }>> {
  const admin = adminOf(identity);
  const channel = await connectedChannel(tools.database, admin.companyId, channelId);
  if (!channel) return channelNotFound();
  await unregister(tools, channel);
  return changeChannel(tools.database, admin, channel.id, markRemoved);
}

/** Failing keeps no channel: what the platform goes on telling of it is of nobody. */
async function unregister(
  { database, keyring, accounts, logger }: ChannelTools,
  channel: ConnectedChannel,
): Promise<void> {
  const { id, companyId, platform, externalId, accessToken, settings } = channel;
  if (accessToken === null) return;
  try {
    if (await isSubscriptionShared(database, channel)) return;
    const token = keyring.open(accessToken, id);
    await promptly(accounts[platform].unregister({ channelId: id, companyId, platform, externalId, token, settings }));
  } catch (error) {
    logger.warn({ err: error, companyId, channelId: id, platform }, 'the platform could not be told of a removal');
  }
}
