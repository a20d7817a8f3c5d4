import type { Account, Profile } from './outbound.ts';

/** What an admin gives to connect an account, checked in form only. */
export interface Credentials {
  readonly externalId: string;
  readonly token: string;
}

/** What the platform says the credentials are for. */
export interface VerifiedAccount {
  /** Page id, bot id, phone number id. */
  readonly externalId: string;
  /** What people call it. */
  readonly name: string;
}

/** The platform does not take the credentials, or is not there: `code` is stable, the message is for the admin. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
  readonly code: 'BAD_CREDENTIALS' | 'WRONG_ACCOUNT' | 'NOT_PERMITTED' | 'PLATFORM_UNAVAILABLE' | 'PLATFORM_REFUSED';

  constructor(code: AccountError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What else is done with an account on its platform. Every call is limited in time and rejects with an AccountError. */
export interface AccountApi {
  /** Asks the platform whose credentials these are. */
  verify(account: Account): Promise<VerifiedAccount>;
  /** Lets the platform deliver its webhooks. */
  register(account: Account, webhook: { readonly url: string; readonly secret: string }): Promise<void>;
  /** Ends that; a token that is dead already is no failure. */
  unregister(account: Account): Promise<void>;
  /** Undefined when the platform knows nothing of the person, or does not tell. */
  profile(account: Account, contactExternalId: string): Promise<Profile | undefined>;
  /**
   * Where a file that the platform keeps by id can be fetched, and with which headers. Either may hold the account's token:
   * for fetching at once, never for keeping or logging.
   */
  fileAddress(
    account: Account,
    platformFileId: string,
  ): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }>;
}
