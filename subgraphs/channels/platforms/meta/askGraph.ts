import type { z } from 'zod';
import { AccountError } from '../account.ts';
import { withoutAnswer, type Exchange } from '../http/sendRequest.ts';
import type { GraphApi, GraphFailure, GraphRequest } from './graphApi.ts';
import { refusalOf, wordsOf } from './refusals.ts';

/**
 * What Graph answers, checked.
 *
 * @throws AccountError when it does not.
 */
export async function askGraph<T>(
  graph: GraphApi,
  token: string,
  request: GraphRequest,
  expected: z.ZodType<T>,
): Promise<T> {
  return readAnswer(await graph.call(token, request), expected);
}

export function readAnswer<T>(answer: Exchange | GraphFailure, expected: z.ZodType<T>): T {
  if (answer.kind === 'failed') throw accountError(answer);
  const good = answer.kind === 'answered' ? expected.safeParse(answer.body) : undefined;
  if (good?.success) return good.data;
  const unanswered = withoutAnswer(answer);
  const reason = unanswered.kind === 'refused' ? unanswered.failure.message : unanswered.reason;
  throw new AccountError('PLATFORM_UNAVAILABLE', `${says.PLATFORM_UNAVAILABLE} (${reason})`);
}

/** Graph does not know the object, or not for this token; or there is none by this name. */
export function isNoSuchObject({ error }: GraphFailure): boolean {
  return (error.code === 100 && error.error_subcode === 33) || error.code === 803;
}

type Code = Exclude<AccountError['code'], 'PLATFORM_NOT_SET_UP'>;

/** For admins; Meta's own words follow. */
const says: Readonly<Record<Code, string>> = {
  BAD_CREDENTIALS: 'Meta does not take the access token: create a new one',
  WRONG_ACCOUNT: 'Meta knows no such account for this access token: check the id, and what the token is for',
  NOT_PERMITTED: 'The access token lacks a permission: grant it to the app, and create a new token',
  PLATFORM_UNAVAILABLE: 'Meta cannot do it now: try again later',
  PLATFORM_REFUSED: 'Meta refuses: mend at Meta what it says, and try again',
};

function accountError(answer: GraphFailure): AccountError {
  const { failure, again } = refusalOf(answer);
  const code = isNoSuchObject(answer) ? 'WRONG_ACCOUNT' : codeOf(failure.code, again);
  return new AccountError(code, `${says[code]} (${wordsOf(answer.error)})`);
}

function codeOf(failureCode: string, again: boolean): Code {
  if (failureCode === 'CHANNEL_UNAUTHORIZED') return 'BAD_CREDENTIALS';
  if (failureCode === 'NOT_PERMITTED') return 'NOT_PERMITTED';
  return again ? 'PLATFORM_UNAVAILABLE' : 'PLATFORM_REFUSED';
}
