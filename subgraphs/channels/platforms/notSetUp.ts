import { AccountError, type AccountApi } from './account.ts';

/** What is done with accounts of a platform at which this installation has no app: nothing. */
export function notSetUp(remedy: string): AccountApi {
  async function refuse(): Promise<never> {
    throw new AccountError('PLATFORM_NOT_SET_UP', remedy);
  }
  return { verify: refuse, register: refuse, unregister: refuse, profile: refuse, fileAddress: refuse };
}
