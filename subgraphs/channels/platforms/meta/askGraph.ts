import type { z } from 'zod';
import { AccountError } from '../account.ts';
import { withoutAnswer, type Exchange } from '../http/sendRequest.ts';
import type { GraphApi, GraphFailure, GraphRequest } from './graphApi.ts';
import { refusalOf } from './refusals.ts';

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
  throw new AccountError('PLATFORM_UNAVAILABLE', `Meta gave no answer that can be understood: ${reason}`);
}

/** Graph does not know the object, or not for this token; or there is none by this name. */
export function isNoSuchObject({ error }: GraphFailure): boolean {
  return (error.code === 100 && error.error_subcode === 33) || error.code === 803;
}

function accountError(answer: GraphFailure): AccountError {
  const { failure, again } = refusalOf(answer);
  return new AccountError(isNoSuchObject(answer) ? 'WRONG_ACCOUNT' : codeOf(failure.code, again), failure.message);
}

function codeOf(failureCode: string, again: boolean): AccountError['code'] {
  if (failureCode === 'CHANNEL_UNAUTHORIZED') return 'BAD_CREDENTIALS';
  if (failureCode === 'NOT_PERMITTED') return 'NOT_PERMITTED';
  return again ? 'PLATFORM_UNAVAILABLE' : 'PLATFORM_REFUSED';
}
