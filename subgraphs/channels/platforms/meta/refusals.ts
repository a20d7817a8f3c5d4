import type { DeliveryFailure } from '#schema/events/values.ts';
import { failure } from '../failure.ts';
import type { Refusal } from '../outbound.ts';
import type { GraphError } from './graphError.ts';
import type { GraphFailure } from './graphApi.ts';
import {
  byCode,
  bySubcode,
  down,
  empty,
  notPermitted,
  rateLimited,
  refused,
  tooLong,
  unauthorized,
  type Meaning,
} from './meanings.ts';

/** 100 is any parameter that is wrong: the words tell which. */
const byWords: readonly (readonly [RegExp, Meaning])[] = [
  [/length of param message|too long|at most \d+ characters/i, tooLong],
  [/message cannot be empty|non-empty/i, empty],
];

/** What a call that Graph refused means for the delivery. */
export function refusalOf({ status, error, waitMs: usageWaitMs }: GraphFailure): Refusal {
  const { code, says, retryable, ...rest } = meaningOf(error, status);
  const waitMs = rest.again ? (usageWaitMs ?? rest.waitMs) : undefined;
  return { ...rest, failure: failure(code, `${says}: ${wordsOf(error)}`, retryable), waitMs };
}

/** What it means that a message which was taken failed later on, as WhatsApp's webhooks tell. */
export function failureOf(error: GraphError | undefined): DeliveryFailure {
  if (!error) return failure(refused.code, `${refused.says}, and gives no reason`, refused.retryable);
  const { code, says, retryable } = meaningOf(error, 400);
  return failure(code, `${says}: ${wordsOf(error)}`, retryable);
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
  const words = data?.details || message || title || 'no reason given';
  return `${words} (${subcode === undefined ? String(code) : `${String(code)}/${String(subcode)}`})`;
}
