import type { Part } from '#platform/lifecycle/part.ts';
import { createAccounts, type GraphAccount } from './accounts.ts';
import { inboundEvent, type Inbound } from './customers.ts';
import { createFiles, type GivenFile, type KeptFile } from './files.ts';
import { createGraphServer, type Fault } from './graphServer.ts';
import { createCounters, realLimits, type Limits } from './limits.ts';
import { createPeople } from './people.ts';
import { keepNewest, type SentMessage, type SentSignal } from './sentMessages.ts';
import { createTeller, type Telling } from './teller.ts';

export interface GraphStandin extends Part {
  /** What takes the place of `https://graph.facebook.com` and `https://graph.instagram.com`; throws before the start. */
  url(): string;
  /** @param subscribed Tells our app of it, without a call of subscribed_apps. @default false */
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
}

/**
 * A local server that behaves like Meta's Graph API in what we use of it: Messenger, Instagram and WhatsApp Cloud.
 * `GET /sent` lists what was sent, for people who try the product without an account at Meta.
 */
export function createGraphStandin({ host, port, appSecret, appId, limits }: GraphStandinOptions): GraphStandin {
  const accounts = createAccounts();
  const counters = createCounters();
  const files = createFiles();
  const people = createPeople();
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
    onSent: (message: SentMessage) => keepNewest(sent, message),
    onSignal: (signal: SentSignal) => keepNewest(signals, signal),
    tellOf: (message: SentMessage) => teller.tellOf(message),
  };
  const server = createGraphServer({ host, port, world, sent, faults });

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
      const { accountId } = inbound;
      const { id: personId, ...profile } = inbound.from;
      const account = accounts.find(accountId);
      if (!account) throw new Error(`there is no account ${accountId}: add it first`);
      people.put(accountId, personId, { lastInboundAt: Date.now(), ...profile });
      const { id, event } = inboundEvent(account, inbound);
      await teller.post(event);
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
