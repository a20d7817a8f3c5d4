/** A page on Messenger, with the Instagram account that may belong to it. */
export interface PageAccount {
  readonly kind: 'page';
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly instagram?: { readonly id: string; readonly username: string };
  /** The app may use the tag HUMAN_AGENT. @default false */
  readonly humanAgent?: boolean;
}

/** An account that is connected by Instagram's own login. */
export interface InstagramAccount {
  readonly kind: 'instagram';
  readonly id: string;
  readonly username: string;
  readonly token: string;
  /** The app may use the tag HUMAN_AGENT. @default false */
  readonly humanAgent?: boolean;
}

/** A number of WhatsApp Cloud. */
export interface WhatsAppAccount {
  readonly kind: 'whatsapp';
  /** The phone number id. */
  readonly id: string;
  readonly displayPhoneNumber: string;
  readonly verifiedName: string;
  readonly businessAccountId: string;
  /** Numbers of one business may share it. */
  readonly token: string;
}

export type GraphAccount = PageAccount | InstagramAccount | WhatsAppAccount;

/** What webhooks tell of an account. */
export type ToldAccount =
  | Pick<PageAccount, 'kind' | 'id'>
  | Pick<InstagramAccount, 'kind' | 'id'>
  | Pick<WhatsAppAccount, 'kind' | 'id' | 'displayPhoneNumber' | 'businessAccountId'>;
export type ToldNumber = Extract<ToldAccount, { kind: 'whatsapp' }>;

/** Who exists at Meta, whose tokens are good, and of what our app is told. */
export interface Accounts {
  /**
   * In the place of the one with the same id: it may have got another token.
   *
   * @param subscribed Tells our app of all that happens, without a call of subscribed_apps.
   */
  add(account: GraphAccount, subscribed?: boolean): void;
  /** The token is no longer good. */
  revoke(token: string): void;
  isGood(token: string): boolean;
  /** Those that a token is for. */
  of(token: string): readonly GraphAccount[];
  /** By its own id, or that of the Instagram account or the business that it has. */
  find(id: string): GraphAccount | undefined;
  subscribe(id: string, fields: readonly string[]): void;
  unsubscribe(id: string): void;
  /** Whether our app is told of a field; undefined stands for any. */
  tells(id: string, field?: string): boolean;
}

export function createAccounts(): Accounts {
  const accounts: GraphAccount[] = [];
  const revoked = new Set<string>();
  /** By the id that subscribes: the page, the account, the business. */
  const subscriptions = new Map<string, ReadonlySet<string> | 'all'>();

  const find = (id: string) =>
    accounts.find((account) => account.id === id) ??
    accounts.find(
      (account) =>
        (account.kind === 'page' && account.instagram?.id === id) ||
        (account.kind === 'whatsapp' && account.businessAccountId === id),
    );
  const subscriber = (id: string) => {
    const account = find(id);
    return account?.kind === 'whatsapp' ? account.businessAccountId : (account?.id ?? id);
  };

  return {
    add(account, subscribed = false) {
      const known = accounts.findIndex(({ id }) => id === account.id);
      accounts.splice(known === -1 ? accounts.length : known, 1, account);
      if (subscribed) subscriptions.set(subscriber(account.id), 'all');
    },
    revoke: (token) => void revoked.add(token),
    isGood: (token) => !revoked.has(token) && accounts.some((account) => account.token === token),
    of: (token) => accounts.filter((account) => account.token === token),
    find,
    subscribe: (id, fields) => void subscriptions.set(subscriber(id), fields.length > 0 ? new Set(fields) : 'all'),
    unsubscribe: (id) => void subscriptions.delete(subscriber(id)),
    tells(id, field) {
      const told = subscriptions.get(subscriber(id));
      return told === 'all' || (told !== undefined && (field === undefined || told.has(field)));
    },
  };
}
