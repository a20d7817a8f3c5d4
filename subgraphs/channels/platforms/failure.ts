import { storableText } from '#platform/postgres/storableText.ts';
import type { DeliveryFailure } from '#schema/events/values.ts';
import type { Refusal } from './outbound.ts';

/** Stable: clients show their own words for them. The message beside a code says what the platform said. */
export type FailureCode =
  | 'RATE_LIMITED'
  | 'PLATFORM_UNAVAILABLE'
  | 'PLATFORM_REFUSED'
  | 'CHANNEL_UNAUTHORIZED'
  | 'CHANNEL_NOT_FOUND'
  | 'CHANNEL_REMOVED'
  | 'RECIPIENT_BLOCKED'
  | 'RECIPIENT_NOT_FOUND'
  | 'MESSAGE_TOO_LONG'
  | 'MESSAGE_EMPTY'
  | 'NOT_PERMITTED'
  | 'WINDOW_CLOSED'
  | 'FILE_REFUSED'
  | 'FILE_UNAVAILABLE'
  | 'NOT_SUPPORTED'
  | 'POLICY_BLOCKED'
  | 'SEND_UNCONFIRMED';

/** What others say ends up in rows and events: short, and nothing in it that a database refuses. */
const LONGEST_MESSAGE = 500;

/** @param retryable Whether an agent may try again. */
export function failure(code: FailureCode, message: string, retryable: boolean): DeliveryFailure {
  return { code, message: storableText(message.slice(0, LONGEST_MESSAGE)), retryable };
}

/** The platform is away or in trouble, and has not taken the message. */
export function unavailable(reason: string): Refusal {
  return { failure: failure('PLATFORM_UNAVAILABLE', reason, true), again: true, platformDown: true };
}

/**
 * Nobody knows whether the contact has the message. Sent again it could be there twice, so a person decides: that is what
 * retryable says.
 */
export function unconfirmed(reason: string): DeliveryFailure {
  return failure('SEND_UNCONFIRMED', reason, true);
}
