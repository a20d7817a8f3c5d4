import type { Identity } from '#platform/identity/identity.ts';
import { adminOf } from './asAdmin.ts';
import { changeChannel } from './changeChannel.ts';
import type { ChannelTools } from './channelTools.ts';
import { newSecret } from './newSecret.ts';
import { notAWebChat, type Outcome } from './outcome.ts';

/** Identities that were signed with the secret before are no longer believed, within seconds. */
export async function rotateIdentitySecret(
  { database, keyring }: ChannelTools,
  identity: Identity,
  { channelId }: { readonly channelId: string },
): Promise<Outcome<{ channelId: string; identitySecret: string }>> {
  const identitySecret = newSecret();
  const outcome = await changeChannel(database, adminOf(identity), channelId, async (channel) => {
    if (channel.platform !== 'WEB_CHAT') return notAWebChat();
    channel.webhookSecret = keyring.seal(identitySecret, channel.id);
    return undefined;
  });
  return 'userErrors' in outcome ? outcome : { ...outcome, identitySecret };
}
