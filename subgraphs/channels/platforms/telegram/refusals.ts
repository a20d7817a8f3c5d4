import { failure, unavailable, type FailureCode } from '../failure.ts';
import type { Refusal } from '../outbound.ts';
import type { TelegramAnswer } from './api.ts';

/**
 * 400 says everything in its description: in words that Telegram has kept for years, or in capitals as its inner API calls
 * it. The third is whether an agent may try again.
 */
const badRequests: readonly (readonly [RegExp, FailureCode, boolean?])[] = [
  // A bot answers in the name of a business for 24 hours after the person wrote.
  [/BUSINESS_PEER_USAGE_MISSING/, 'WINDOW_CLOSED'],
  [/business connection|BUSINESS_(PEER|CONNECTION)_INVALID/i, 'NOT_PERMITTED'],
  [/chat not found|user not found|PEER_ID_INVALID|upgraded to a supergroup/i, 'RECIPIENT_NOT_FOUND'],
  [/too.long/i, 'MESSAGE_TOO_LONG'],
  [/file must be non-empty/i, 'FILE_REFUSED'],
  [/text is empty|must be non-empty/i, 'MESSAGE_EMPTY'],
  [/not enough rights|have no rights|administrator rights|CHAT_(WRITE|SEND_\w+)_FORBIDDEN/i, 'NOT_PERMITTED'],
  [/VOICE_MESSAGES_FORBIDDEN/, 'NOT_PERMITTED'],
  [/failed to get HTTP URL content|WEBPAGE_CURL_FAILED/i, 'FILE_REFUSED', true],
  [
    /HTTP URL|web page content|WEBPAGE_MEDIA_EMPTY|MEDIA_EMPTY|PHOTO_|IMAGE_PROCESS_FAILED|file is too big/i,
    'FILE_REFUSED',
  ],
];

/** What Telegram's refusal means for a delivery. Codes are stable, clients show their own words for them. */
export function refusalOf({ status, description, retryAfter }: TelegramAnswer & { kind: 'refused' }): Refusal {
  if (status === 429) {
    return { failure: failure('RATE_LIMITED', description, true), again: true, waitMs: (retryAfter ?? 1) * 1_000 };
  }
  if (status >= 500) return unavailable(description);
  // For a token that is not even of the right form, Telegram says 404.
  if (status === 401 || status === 404) {
    return { failure: failure('CHANNEL_UNAUTHORIZED', description, true), again: false, unauthorized: true };
  }
  if (status === 403) return { failure: failure('RECIPIENT_BLOCKED', description, false), again: false };
  const [, code, retryable] = badRequests.find(([words]) => words.test(description)) ?? [];
  return { failure: failure(code ?? 'PLATFORM_REFUSED', description, retryable ?? false), again: false };
}
