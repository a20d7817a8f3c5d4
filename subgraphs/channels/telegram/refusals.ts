import type { DeliveryFailure } from '#schema/events/values.ts';
import type { SendResult } from './telegramApi.ts';

/** What a send that did not succeed means for the delivery. */
export interface Refusal {
  /** Recorded at once, or when the tries are used up. */
  readonly failure: DeliveryFailure;
  /** Whether the same message may be sent again by itself: certainly not taken, and likely to be soon. */
  readonly again: boolean;
  /** How long the platform wants to be left alone, in milliseconds. */
  readonly waitMs?: number;
  /** The account's token is no longer good: nothing else of the channel can be sent either. */
  readonly unauthorized?: true;
}

/** 400 says everything in its description, in words that Telegram has kept for years. */
const badRequests = [
  [/chat not found|user not found|peer_id_invalid|upgraded to a supergroup/i, 'RECIPIENT_NOT_FOUND'],
  [/too long/i, 'MESSAGE_TOO_LONG'],
  [/text is empty|must be non-empty/i, 'MESSAGE_EMPTY'],
  [/not enough rights|have no rights|write_forbidden/i, 'NOT_PERMITTED'],
] as const;

/** Codes are stable, clients show their own words for them; the message is Telegram's. */
export function refusalOf(result: Exclude<SendResult, { kind: 'sent' }>): Refusal {
  switch (result.kind) {
    case 'unreachable':
      return { failure: failure('PLATFORM_UNAVAILABLE', result.reason, true), again: true };
    case 'unconfirmed':
      return { failure: unconfirmed(result.reason), again: false };
    case 'refused':
      return refusalByStatus(result.status, result.description, result.retryAfterSeconds);
  }
}

/**
 * Nobody knows whether the contact has the message. Sent again it could be there twice, so a person decides: that is what
 * retryable says.
 */
export function unconfirmed(reason: string): DeliveryFailure {
  return failure('SEND_UNCONFIRMED', reason, true);
}

export function failure(code: string, message: string, retryable: boolean): DeliveryFailure {
  return { code, message, retryable };
}

function refusalByStatus(status: number, description: string, retryAfterSeconds: number | undefined): Refusal {
  if (status === 429) {
    const waitMs = (retryAfterSeconds ?? 1) * 1_000;
    return { failure: failure('RATE_LIMITED', description, true), again: true, waitMs };
  }
  if (status >= 500) return { failure: failure('PLATFORM_UNAVAILABLE', description, true), again: true };
  // For a token that is not even of the right form, Telegram says 404.
  if (status === 401 || status === 404) {
    return { failure: failure('CHANNEL_UNAUTHORIZED', description, true), again: false, unauthorized: true };
  }
  if (status === 403) return { failure: failure('RECIPIENT_BLOCKED', description, false), again: false };
  const known = badRequests.find(([words]) => words.test(description));
  return { failure: failure(known?.[1] ?? 'PLATFORM_REFUSED', description, false), again: false };
}
