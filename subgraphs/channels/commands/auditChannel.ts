import { isDeepStrictEqual } from 'node:util';
import type { Actor, NewEvent } from '#platform/events/catalogue.ts';
import { requestOrigin } from '#platform/http/requestOrigin.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ChannelEntity } from '../entities/channel.ts';

/** What of a channel is compared. */
export type ChannelSnapshot = Pick<
  ChannelEntity,
  'id' | 'platform' | 'name' | 'status' | 'settings' | 'accessToken' | 'webhookSecret'
>;

/** As the channel is now, whatever becomes of it. */
export function snapshotOf(channel: ChannelEntity): ChannelSnapshot {
  const { id, platform, name, status, settings, accessToken, webhookSecret } = channel;
  return { id, platform, name, status, settings, accessToken, webhookSecret };
}

/**
 * Tells what somebody changed in a channel, for the company's audit log, which conversations keeps. Undefined when it was
 * nobody of the company, or nothing. Of credentials it tells that there are others, and never which.
 *
 * @param before Null when the channel is new.
 */
export function auditChannel(
  before: ChannelSnapshot | null,
  after: ChannelSnapshot,
  actor: Actor,
): NewEvent<SwitchboardCatalogue> | undefined {
  if (actor.kind !== 'agent' || (before && isDeepStrictEqual(valuesOf(before, true), valuesOf(after, true)))) {
    return undefined;
  }
  return {
    type: 'channel.audited',
    actor,
    data: {
      channelId: after.id,
      action: actionOf(before, after),
      before: before && valuesOf(before),
      after: valuesOf(after),
      origin: requestOrigin() ?? null,
    },
  };
}

function valuesOf(
  { platform, name, status, settings, accessToken, webhookSecret }: ChannelSnapshot,
  withSecrets = false,
) {
  return { platform, name, status, settings, ...(withSecrets && { accessToken, webhookSecret }) };
}

function actionOf(before: ChannelSnapshot | null, after: ChannelSnapshot): string {
  if (!before) return 'channel.connected';
  if (after.status === 'REMOVED') return 'channel.removed';
  if (before.accessToken !== after.accessToken) return 'channel.reauthorized';
  if (before.webhookSecret !== after.webhookSecret) return 'channel.secret.rotated';
  if (before.status === after.status) return 'channel.updated';
  return after.status === 'PAUSED' ? 'channel.paused' : 'channel.resumed';
}
