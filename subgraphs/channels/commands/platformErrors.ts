import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import { ChannelError } from '../errors.ts';
import { AccountError } from '../platforms/account.ts';
import { refuse, type Refused } from './outcome.ts';

/** Somebody waits for the answer, and the router for no longer than 10 seconds: two calls have to fit in. */
const LIMIT_MS = 4_000;

/** Settles as a platform's call does, or rejects with an AccountError when that takes too long. */
export function promptly<T>(call: Promise<T>): Promise<T> {
  const late = new AccountError('PLATFORM_UNAVAILABLE', 'The platform did not answer in time: try again later');
  return withTimeout(call, LIMIT_MS, late);
}

/** Where in the input an account stands. */
export interface AccountFields {
  readonly account: readonly string[];
  readonly id: readonly string[];
  readonly token: readonly string[];
}

/** What the user can do about an account that could not be connected. Undefined: nothing, it is a fault. */
export function accountRefused(error: unknown, fields: AccountFields): Refused | undefined {
  if (error instanceof ChannelError && error.code === 'ACCOUNT_TAKEN') {
    // Whose it is, is nobody else's business.
    const remedy = 'remove it where it is connected, or give it a new token if it is one of your channels';
    return refuse(error.code, `This account is connected already: ${remedy}.`, ...fields.id);
  }
  if (!(error instanceof AccountError)) return undefined;
  return refuse(error.code, sentence(error.message), ...fieldOf(error.code, fields));
}

function fieldOf(code: AccountError['code'], { account, id, token }: AccountFields): readonly string[] {
  if (code === 'BAD_CREDENTIALS' || code === 'NOT_PERMITTED') return token;
  return code === 'WRONG_ACCOUNT' ? id : account;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`;
}
