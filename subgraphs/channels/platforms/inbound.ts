import type { z } from 'zod';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { DeliveryFailure } from '#schema/events/values.ts';

export type Data<Type extends keyof SwitchboardCatalogue> = z.output<SwitchboardCatalogue[Type]['data']>;

/**
 * One thing that a platform told, in our own words. What it says is decided by the platform's event alone: whether it is
 * new, late or repeated is found out when it is applied.
 */
export type InboundFact =
  | {
      readonly kind: 'message';
      readonly data: Data<'channel.message.received'>;
      /** Pictures that were sent together come one by one: those of one album are one message, in this order. */
      readonly album?: { readonly id: string; readonly position: number } | undefined;
    }
  /** The company's side of a thread, as the platform repeats it to us: our own send, or written past this inbox. */
  | {
      readonly kind: 'echo';
      readonly data: Omit<Data<'channel.message.echoed'>, 'messageId'>;
      /** The app that sent it; null when a person did in the platform's own inbox. */
      readonly appId: string | null;
      /** What we gave along with the send, see {@link partReference}. */
      readonly reference: string | null;
    }
  /** A higher revision is a later state: the number of the edit, or its time. */
  | { readonly kind: 'edit'; readonly data: Data<'channel.message.edited'>; readonly revision: number }
  | { readonly kind: 'removal'; readonly data: Data<'channel.message.removed'> }
  | { readonly kind: 'reaction'; readonly data: Data<'channel.message.reacted'> }
  | InboundReceipt
  | { readonly kind: 'activity'; readonly data: Data<'channel.thread.activity'> }
  | { readonly kind: 'profile'; readonly data: Data<'channel.contact.profiled'> }
  /** A button was pressed, and its spinner turns until we say that we have seen it. */
  | { readonly kind: 'callback'; readonly callbackId: string };

/** What became of messages that the company sent: of those named, or of all in the thread up to a time. */
export interface InboundReceipt {
  readonly kind: 'receipt';
  readonly channelId: string;
  readonly threadExternalId: string;
  readonly status: 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';
  readonly of:
    | { readonly externalMessageIds: readonly string[] }
    /** RFC 3339; messages sent at that time included. */
    | { readonly upTo: string };
  /** The platform's time. */
  readonly at: string;
  readonly failure: DeliveryFailure | null;
  /** What we gave along with the send, where the platform gives it back. */
  readonly reference: string | null;
}

/** The channel that an event belongs to, as far as an adapter needs it. */
export interface InboundChannel {
  readonly id: string;
  /** The account's id on the platform: events of its own are echoes. */
  readonly externalId: string;
}

/**
 * Says one event of a platform in our own words; nothing for an event that says nothing (an empty read).
 *
 * @throws Poison with the reason for what it has no rule for: it is parked, and never dropped.
 */
export type ToFacts = (channel: InboundChannel, event: unknown) => readonly InboundFact[];
