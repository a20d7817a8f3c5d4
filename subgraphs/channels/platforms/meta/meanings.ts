import type { FailureCode } from '../failure.ts';
import type { Refusal } from '../outbound.ts';

/** What an error of Graph means for the one who wrote the message, and for what else waits to be sent. */
export interface Meaning extends Omit<Refusal, 'failure'> {
  readonly code: FailureCode;
  /** For the agent; Meta's own words follow. */
  readonly says: string;
  readonly retryable: boolean;
}

export const unauthorized: Meaning = {
  code: 'CHANNEL_UNAUTHORIZED',
  says: 'Meta no longer takes the channel’s token, so it has to be connected again',
  retryable: true,
  again: false,
  unauthorized: true,
};
const unregistered: Meaning = {
  ...unauthorized,
  says: 'The company’s number is not registered with WhatsApp, so it has to be connected again',
};
export const rateLimited: Meaning = {
  code: 'RATE_LIMITED',
  says: 'Meta takes no more messages for a while',
  retryable: true,
  again: true,
};
/** One message in six seconds to the same person. */
const pairLimited: Meaning = {
  ...rateLimited,
  says: 'Too many messages to this person in a short time',
  waitMs: 6_000,
};
export const down: Meaning = {
  code: 'PLATFORM_UNAVAILABLE',
  says: 'Meta could not take the message',
  retryable: true,
  again: true,
  platformDown: true,
};
/** An admin can mend it, so it is worth another try afterwards. */
export const notPermitted: Meaning = {
  ...final('NOT_PERMITTED', 'The account may not send this, because permissions or settings at Meta are missing'),
  retryable: true,
};
const windowClosed = final(
  'WINDOW_CLOSED',
  'The person wrote too long ago, so an answer has to wait until they write again',
);
const blocked = final('RECIPIENT_BLOCKED', 'The person is not there, or does not want to hear from the company');
const nobody = final('RECIPIENT_NOT_FOUND', 'There is nobody on the platform who could get this message');
const fileRefused = final(
  'FILE_REFUSED',
  'The platform does not take the file, because of its type or size or because it could not be fetched',
);
const policy = final('POLICY_BLOCKED', 'Meta holds the message back because of its policies');
export const tooLong = final('MESSAGE_TOO_LONG', 'The message is too long');
export const empty = final('MESSAGE_EMPTY', 'There is nothing in the message');
export const refused = final('PLATFORM_REFUSED', 'Meta does not take the message as it is');

/** Where there is one, it is more to the point than the code. */
export const bySubcode = meanings([
  [windowClosed, 2018278, 2534022, 2018065],
  [blocked, 1545041, 2018108],
  [nobody, 2018001],
  [fileRefused, 2018008, 2018047, 2018109],
  // The page has to accept terms.
  [notPermitted, 2018344],
]);

/**
 * https://developers.facebook.com/docs/messenger-platform/error-codes,
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes; 470 is what 131047 was before
 */
export const byCode = meanings([
  [unauthorized, 0, 102, 190],
  [unregistered, 33, 131045, 133010],
  [rateLimited, 4, 17, 32, 613, 80001, 80002, 80006, 80007, 130429, 131048],
  [pairLimited, 131056],
  [down, 1, 2, 1200, 131000, 131016, 131057, 133004],
  [windowClosed, 470, 131047],
  [blocked, 551, 131050],
  [nobody, 131021, 131026],
  [fileRefused, 131052, 131053],
  [policy, 368, 130472, 130497, 131031, 131049],
  [notPermitted, 3, 10, 131005, 131030, 131042],
]);

/** Nothing that a second try changes. */
function final(code: FailureCode, says: string): Meaning {
  return { code, says, retryable: false, again: false };
}

function meanings(rows: readonly (readonly [Meaning, ...number[]])[]): ReadonlyMap<number, Meaning> {
  return new Map(rows.flatMap(([meaning, ...codes]) => codes.map((code) => [code, meaning] as const)));
}
