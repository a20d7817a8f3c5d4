import { z } from 'zod';
import { Poison } from '#platform/events/errors.ts';
import type { Data, InboundChannel } from '../inbound.ts';
import { readEvent } from '../fields.ts';
import { time } from './fields.ts';
import { parties, personIn } from './parties.ts';

/** What every event of Messenger and Instagram says around the one thing that happened. */
export interface Scene {
  readonly platform: 'MESSENGER' | 'INSTAGRAM';
  readonly channel: InboundChannel;
  readonly senderId: string | null;
  /** On the other side of the thread; null in what concerns the whole account. */
  readonly personId: string | null;
  /** RFC 3339; null in receipts of delivery, whose watermark says it. */
  readonly at: string | null;
  /** Another app has the thread in hand. */
  readonly standby: boolean;
}

const surroundings = parties.extend({ timestamp: time.nullish(), standby: z.boolean().nullish() });

/** @throws Poison when the event's frame is broken. */
export function readScene(platform: Scene['platform'], channel: InboundChannel, event: unknown): Scene {
  const { timestamp, standby, ...who } = readEvent(surroundings, event, 'an event of Meta');
  return {
    platform,
    channel,
    senderId: who.sender,
    personId: personIn(who, channel.externalId),
    at: timestamp ?? null,
    standby: standby === true,
  };
}

/** The thread is named by the person. @throws Poison when the event does not name one. */
export function placeOf({ channel, personId }: Scene): {
  readonly channelId: string;
  readonly threadExternalId: string;
} {
  if (personId === null) throw Poison.because('no rule for an event that does not name the person by an id');
  return { channelId: channel.id, threadExternalId: personId };
}

/** @throws Poison when the event does not say when it was. */
export function timeOf({ at }: Scene): string {
  if (at === null) throw Poison.because('no rule for an event without a timestamp');
  return at;
}

/** Meta's webhooks give no names: these are looked up later. */
export function contactOf(externalId: string): Data<'channel.message.received'>['contact'] {
  return { externalId, name: null, username: null, languageCode: null, phone: null };
}
