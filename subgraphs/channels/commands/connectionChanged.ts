import type { Actor, NewEvent } from '#platform/events/catalogue.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ChannelEntity } from '../entities/channel.ts';

/** Tells what a channel is now. */
export function connectionChanged(
  { id, platform, name, status, settings }: Pick<ChannelEntity, 'id' | 'platform' | 'name' | 'status' | 'settings'>,
  actor: Actor,
): NewEvent<SwitchboardCatalogue> {
  const { humanAgent } = settings;
  return { type: 'channel.connection.changed', actor, data: { channelId: id, platform, name, status, humanAgent } };
}
