import { failure, type FailureCode } from '../failure.ts';
import type { Refusal } from '../outbound.ts';
import type { GraphError } from './graphError.ts';
import type { GraphFailure } from './graphApi.ts';

/** What an error of Graph means for the one who wrote the message, and for what else waits to be sent. */
interface Meaning extends Omit<Refusal, 'failure'> {
  readonly code: FailureCode;
  /** For the agent; Meta's own words follow. */
  readonly says: string;
  readonly retryable: boolean;
}

const unauthorized: Meaning = {
  code: 'CHANNEL_UNAUTHORIZED',
  says: 'Meta no longer takes the channel’s token, so it has to be connected again',
  retryable: true,
  again: false,
  unauthorized: true,
};
const rateLimited: Meaning = {
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
const down: Meaning = {
  code: 'PLATFORM_UNAVAILABLE',
  says: 'Meta could not take the message',
  retryable: true,
  again: true,
  platformDown: true,
};
const windowClosed = final('WINDOW_CLOSED', 'The person wrote too long ago: an answer goes out when they write again');
const blocked = final(
  'RECIPIENT_BLOCKED',
  'The person cannot be written to, or does not want to hear from the company',
);
const nobody = final('RECIPIENT_NOT_FOUND', 'There is nobody on the platform who could get this message');
const tooLong = final('MESSAGE_TOO_LONG', 'The message is too long');
const empty = final('MESSAGE_EMPTY', 'There is nothing in the message');
const fileRefused = final(
  'FILE_REFUSED',
  'The platform does not take the file: its type or size, or it could not be fetched',
);
const policy = final('POLICY_BLOCKED', 'Meta keeps the account from sending because of its policies');
const refused = final('PLATFORM_REFUSED', 'Meta refused the message');
/** An admin can mend it, so it is worth another try afterwards. */
const notPermitted: Meaning = {
  ...final('NOT_PERMITTED', 'The account may not send this: permissions or settings at Meta are missing'),
  retryable: true,
};

/**
 * https://developers.facebook.com/docs/messenger-platform/error-codes,
 * https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
 */
const bySubcode = meanings([
  [windowClosed, 2018278, 2534022, 2018065],
  [blocked, 1545041, 2018108],
  [nobody, 2018001],
  [fileRefused, 2018008, 2018047, 2018109],
  // The page has to accept terms.
  [notPermitted, 2018344],
]);

const byCode = meanings([
  [unauthorized, 0, 102, 190],
  [rateLimited, 4, 17, 32, 613, 80001, 80002, 80006, 80007, 130429, 131048],
  [pairLimited, 131056],
  [down, 1, 2, 1200, 131000, 131016, 131057, 133004],
  [windowClosed, 131047],
  [blocked, 551, 131050],
  [nobody, 131026, 131030],
  [fileRefused, 131052, 131053],
  [policy, 368, 130497, 131031, 131049],
  [notPermitted, 3, 10, 131005, 131042, 131045, 133010],
]);

/** 100 is any parameter that is wrong: the words tell which. */
const byWords: readonly (readonly [RegExp, Meaning])[] = [
  [/length of param message|too long|at most \d+ characters/i, tooLong],
  [/message cannot be empty|non-empty/i, empty],
];

/** What a call that Graph refused means for the delivery. Codes are stable; the message has Meta's own words in it. */
export function refusalOf({ status, error, waitMs: usageWaitMs }: GraphFailure): Refusal {
  const { code, says, retryable, ...rest } = meaningOf(error, status);
  const waitMs = rest.again ? (usageWaitMs ?? rest.waitMs) : undefined;
  return { ...rest, failure: failure(code, `${says}: ${wordsOf(error)}`, retryable), waitMs };
}

function meaningOf(error: GraphError, status: number): Meaning {
  const known = bySubcode.get(error.error_subcode ?? 0) ?? byCode.get(error.code);
  if (known) return known;
  if (error.code >= 200 && error.code < 300) return notPermitted;
  const told = byWords.find(([words]) => words.test(wordsOf(error)));
  if (told) return told[1];
  if (status === 401) return unauthorized;
  if (status === 429) return rateLimited;
  return status >= 500 || error.is_transient === true ? down : refused;
}

function wordsOf({ code, error_subcode: subcode, message, title, error_data: data }: GraphError): string {
  const words = data?.details ?? message ?? title ?? 'no reason given';
  return `${words} (${subcode === undefined ? String(code) : `${String(code)}/${String(subcode)}`})`;
}

/** Nothing that a second try changes. */
function final(code: FailureCode, says: string): Meaning {
  return { code, says, retryable: false, again: false };
}

function meanings(rows: readonly (readonly [Meaning, ...number[]])[]): ReadonlyMap<number, Meaning> {
  return new Map(rows.flatMap(([meaning, ...codes]) => codes.map((code) => [code, meaning] as const)));
}
