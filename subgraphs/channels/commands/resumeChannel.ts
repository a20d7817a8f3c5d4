import type { Identity } from '#platform/identity/identity.ts';
import { adminOf } from './asAdmin.ts';
import { changeChannel } from './changeChannel.ts';
import type { ChannelTools } from './channelTools.ts';
import { needsReauthorization, type Outcome } from './outcome.ts';
import { resumeQueues } from './resumeQueues.ts';

/** What waited goes out. */
export async function resumeChannel(
  { database }: ChannelTools,
  identity: Identity,
  { channelId }: { readonly channelId: string },
): Promise<Outcome<{ channelId: string }>> {
  return changeChannel(database, adminOf(identity), channelId, async (channel, { sql }) => {
    if (channel.status === 'NEEDS_REAUTHORIZATION') return needsReauthorization();
    channel.status = 'ACTIVE';
    await resumeQueues(sql, channel.companyId, channel.id);
    return undefined;
  });
}
