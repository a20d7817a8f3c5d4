import type { Pace } from '#platform/limits/pace.ts';
import type { AttachmentKind, DeliveryFailure, Platform } from '#schema/events/values.ts';
import type { ChannelSettings } from '../settings.ts';

export type { Pace };

/** A connected account with its credentials opened: for the length of a call, never kept. */
export interface Account {
  readonly channelId: string;
  readonly companyId: string;
  readonly platform: Platform;
  readonly externalId: string;
  readonly token: string;
  readonly settings: ChannelSettings;
}

export interface OutgoingFile {
  readonly kind: AttachmentKind;
  /** An address that the platform can fetch for the next hour. */
  readonly url: string;
  /** Of our own copy, where we have one. */
  readonly fileKey: string | null;
  readonly name: string | null;
  readonly mimeType: string | null;
  /** Bytes. */
  readonly size: number | null;
}

/** What goes out in one call. */
export type OutgoingPart = { readonly text: string } | { readonly file: OutgoingFile; readonly caption: string | null };

export interface OutgoingMessage {
  readonly text: string | null;
  readonly files: readonly OutgoingFile[];
}

export interface SendOptions {
  readonly threadExternalId: string;
  /** Only on the first part. */
  readonly replyToExternalId: string | null;
  /** Ours, for finding the send again in its echo or status; see {@link partReference}. */
  readonly reference: string;
  /** More than 24 hours after the person wrote: only as an answer of a person, where the platform has that. */
  readonly humanAgent: boolean;
  /** The process ends: what can be given up without a doubt about it is. */
  readonly stopping?: AbortSignal | undefined;
}

/**
 * What became of one send. No platform has idempotency keys, so the difference between "was not taken" and "nobody
 * knows" decides whether a message may be sent again.
 */
export type SendResult =
  | { readonly kind: 'sent'; readonly externalMessageId: string }
  | ({ readonly kind: 'refused' } & Refusal)
  /** The request went out and no answer says what became of it. */
  | { readonly kind: 'unconfirmed'; readonly reason: string };

/** What one part of a message that went out is to be. */
export interface PartChange {
  readonly externalMessageId: string;
  /** Null: taken back. Of a file only the caption changes. */
  readonly content: OutgoingPart | null;
}

/** What became of a change. One that is made twice does no harm. */
export type ReviseResult =
  | { readonly kind: 'done' }
  | ({ readonly kind: 'refused' } & Refusal)
  | { readonly kind: 'unconfirmed'; readonly reason: string };

/** Certainly not sent. */
export interface Refusal {
  /** Recorded at once, or when the tries are used up. `retryable` says whether an agent may try again. */
  readonly failure: DeliveryFailure;
  /** Whether the same part is worth sending again by itself, later. */
  readonly again: boolean;
  /** How long the platform wants to be left alone, in milliseconds. */
  readonly waitMs?: number | undefined;
  /** The account's token is no longer good: nothing else of the channel can be sent either. */
  readonly unauthorized?: true | undefined;
  /** The platform itself is in trouble, not this message: counts towards the account's circuit breaker. */
  readonly platformDown?: true | undefined;
}

/** What is shown to the person on the other side; failing is of no consequence. */
export interface Signal {
  readonly kind: 'typing' | 'seen';
  /** The last that the person wrote: WhatsApp takes both only as said of a message. */
  readonly externalMessageId: string | null;
}

export interface Profile {
  readonly name: string | null;
  readonly username: string | null;
  readonly languageCode: string | null;
  /** May hold the account's token: for fetching at once, never for keeping or logging. */
  readonly pictureUrl: string | null;
}

/** How messages go out on one platform. */
export interface Sender {
  /** In how many calls, and what goes in each, in order; empty when there is nothing to send. */
  parts(message: OutgoingMessage): readonly OutgoingPart[];
  /** What the platform holds senders to; keys are unique over all platforms. */
  paces(account: Account, threadExternalId: string, part: OutgoingPart): readonly Pace[];
  /** Never rejects: every failure is a result. Ends within {@link SEND_LIMIT_MS}, an upload within {@link UPLOAD_LIMIT_MS}. */
  send(account: Account, part: OutgoingPart, options: SendOptions): Promise<SendResult>;
  /** Changes what went out, as {@link send} sends; absent where the platform has no such thing. */
  revise?(account: Account, change: PartChange): Promise<ReviseResult>;
  /** Rejects when the platform does not take it. */
  signal(account: Account, threadExternalId: string, signal: Signal): Promise<void>;
  /** Whether the platform tells us of our own sends by webhook, so that an unconfirmed one may still be confirmed. */
  readonly confirms: boolean;
}

/** From the connection to the end of the answer, the longest that a send takes. */
export const SEND_LIMIT_MS = 13_000;
/** The same with a file in it. Less than a queue's lease lasts from the claim on. */
export const UPLOAD_LIMIT_MS = 45_000;

/** Names one send among all of ours: `sb:<message id>:<part>`. */
export function partReference(messageId: string, part: number): string {
  return `sb:${messageId}:${String(part)}`;
}

/** Undefined for what is none of ours. */
export function readPartReference(
  reference: string | null,
): { readonly messageId: string; readonly part: number } | undefined {
  const [, messageId, part] = /^sb:([0-9a-f-]{36}):(\d{1,4})$/.exec(reference ?? '') ?? [];
  return messageId === undefined ? undefined : { messageId, part: Number(part) };
}
