import type { Identity } from '#platform/identity/identity.ts';
import { adminOf } from './asAdmin.ts';
import { changeChannel } from './changeChannel.ts';
import type { ChannelTools } from './channelTools.ts';
import { needsReauthorization, type Outcome } from './outcome.ts';

/** Nothing is sent until the channel is resumed; what comes in is taken. */
export async function pauseChannel(
  { database }: ChannelTools,
  identity: Identity,
  { channelId }: { readonly channelId: string },
): Promise<Outcome<{ channelId: string }>> {
  return changeChannel(database, adminOf(identity), channelId, async (channel) => {
    if (channel.status === 'NEEDS_REAUTHORIZATION') return needsReauthorization();
    channel.status = 'PAUSED';
    return undefined;
  });
}
