import type { Part } from '#platform/lifecycle/part.ts';
import { createAccounts, type GraphAccount } from './accounts.ts';
import { changeEvent, type Change } from './changes.ts';
import { inboundEvent, type Inbound } from './customers.ts';
import { createFiles, type GivenFile, type KeptFile } from './files.ts';
import { createGraphServer, type Fault } from './graphServer.ts';
import { createCounters, realLimits, type Limits } from './limits.ts';
import { ownInboxEvents, type OwnWords } from './ownInbox.ts';
import { createPeople, type Profile } from './people.ts';
import { keepNewest, type SentMessage, type SentSignal } from './sentMessages.ts';
import { createTeller, type Telling } from './teller.ts';

export interface GraphStandin extends Part {
  /** What takes the place of `https://graph.facebook.com` and `https://graph.instagram.com`; throws before the start. */
  url(): string;
  /** In the place of the one with the same id. @param subscribed Tells our app of it, without a call of subscribed_apps. @default false */
  addAccount(account: GraphAccount, subscribed?: boolean): void;
  revokeToken(token: string): void;
  /** Whether our app is told of an account, of one field or of any. */
  isSubscribed(accountId: string, field?: string): boolean;
  /** From now on, until the stop, what happens is told there. Nobody is told before. */
  tell(telling: Telling): void;
  /** When somebody last wrote to an account; null: never. Of whom nothing is known has just written. */
  lastInbound(accountId: string, personId: string, at: Date | null): void;
  /** Lets a customer write. The message's id, once the webhook was taken; rejects when it was not, or nobody is told. */
  receive(inbound: Inbound): Promise<string>;
  /** Lets a customer react, edit, or take back; resolves as {@link receive} does. */
  change(change: Change): Promise<void>;
  /** Somebody of the company writes past the API. The message's id, once our app was told; it is read at once. */
  writeInOwnInbox(words: OwnWords): Promise<string>;
  /** Posts any body as Meta would, once; the answer's status. */
  postWebhook(body: object): Promise<number>;
  /** Something for customers to send; the newest 64 MB are kept. */
  addFile(file: GivenFile): KeptFile & { readonly url: string };
  /** Lets the next `times` messages fail, after those that are to fail already. */
  fail(times: number, fault: Fault): void;
  /** What was sent, oldest first; the newest 10,000. */
  sent(): readonly SentMessage[];
  /** Typing and seen, likewise. */
  signals(): readonly SentSignal[];
  /** How often a limit was broken. */
  violations(): number;
}

export interface GraphStandinOptions {
  readonly host: string;
  /** 0 takes any free port, which a restart keeps. */
  readonly port: number;
  /** Signs webhooks, and is what appsecret_proof is checked by. */
  readonly appSecret: string;
  /** Named in echoes. */
  readonly appId: string;
  /** @default those of Meta */
  readonly limits?: Partial<Limits>;
  /** Called for each message that was sent. */
  readonly onSent?: ((message: SentMessage) => void) | undefined;
  /** Of people who wrote by another way than {@link GraphStandin.receive}. @default nobody */
  readonly profileOf?: ((personId: string) => Profile | undefined) | undefined;
}

/**
 * A local server that behaves like Meta's Graph API in what we use of it: Messenger, Instagram and WhatsApp Cloud.
 * `GET /sent` lists what was sent, for people who try the product without an account at Meta.
 */
export function createGraphStandin(options: GraphStandinOptions): GraphStandin {
  const { host, port, appSecret, appId, limits, onSent, profileOf } = options;
  const accounts = createAccounts();
  const counters = createCounters();
  const files = createFiles();
  const people = createPeople(profileOf);
  const teller = createTeller({ accounts, appSecret, appId });
  const faults: Fault[] = [];
  const sent: SentMessage[] = [];
  const signals: SentSignal[] = [];

  const world = {
    accounts,
    counters,
    files,
    people,
    appSecret,
    limits: { ...realLimits, ...limits },
    onSent(message: SentMessage) {
      keepNewest(sent, message);
      onSent?.(message);
    },
    onSignal: (signal: SentSignal) => keepNewest(signals, signal),
    tellOf: (message: SentMessage) => teller.tellOf(message),
  };
  const server = createGraphServer({ host, port, world, sent, faults });

  function accountOf(accountId: string): GraphAccount {
    const account = accounts.find(accountId);
    if (!account) throw new Error(`there is no account ${accountId}: add it first`);
    return account;
  }

  return {
    name: server.name,
    url: () => server.url(),
    addAccount: (account, subscribed) => accounts.add(account, subscribed),
    revokeToken: (token) => accounts.revoke(token),
    isSubscribed: (accountId, field) => accounts.tells(accountId, field),
    tell: (telling) => teller.tell(telling),
    lastInbound: (accountId, personId, at) =>
      people.put(accountId, personId, { lastInboundAt: at === null ? null : at.getTime() }),
    async receive(inbound) {
      const { accountId, at = new Date() } = inbound;
      const { id: personId, ...profile } = inbound.from;
      const account = accountOf(accountId);
      people.put(accountId, personId, { lastInboundAt: at.getTime(), ...profile });
      const { id, event } = inboundEvent(account, inbound);
      await teller.post(event);
      return id;
    },
    change: (change) => teller.post(changeEvent(accountOf(change.accountId), change)),
    async writeInOwnInbox(words) {
      const { id, event, receipts } = ownInboxEvents(accountOf(words.accountId), words);
      for (const told of [event, ...receipts]) await teller.post(told);
      return id;
    },
    postWebhook: (body) => teller.postOnce(body),
    addFile(given) {
      const file = files.add(given);
      return { ...file, url: `${server.url()}/cdn/files/${file.id}/${encodeURIComponent(file.name)}` };
    },
    fail(times, fault) {
      faults.push(...Array.from({ length: times }, () => fault));
    },
    sent: () => sent,
    signals: () => signals,
    violations: () => counters.violations(),
    start: () => server.start(),
    async stop() {
      await teller.stop();
      await server.stop();
    },
  };
}
