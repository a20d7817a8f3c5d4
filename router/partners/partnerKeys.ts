import { LRUCache } from 'lru-cache';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { readPartnerKey, type PartnerKeyFacts } from '#platform/identity/partnerKeys.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { KeyAnswer } from '#schema/partners.ts';
import { OperationError } from '../operations/errors.ts';
import { createKeyUse } from './keyUse.ts';
import type { KeyKeeper } from './keyKeeper.ts';

export type PartnerIdentity = Extract<Identity, { readonly kind: 'partner' }> & { readonly keyId: string };

/** A key that is good, and what for. */
export interface GoodKey {
  readonly identity: PartnerIdentity;
  readonly limits: Pick<KeyAnswer, 'requestsPerMinute' | 'costPerMinute'>;
  /** When it ends by itself. */
  readonly expiresAt: Date;
}

export interface PartnerKeys extends Part {
  /** @throws OperationError `UNAUTHENTICATED`, or `IDENTITY_UNAVAILABLE` when it cannot be found out now. */
  authenticate(text: string): Promise<GoodKey>;
  /** Calls back once, when the key is not good any more. @returns ends it. */
  watch(text: string, onEnd: () => void): () => void;
  /** That a company's keys are not what they were. */
  changed(companyId: string): void;
}

/** Far ahead, for what ends only when somebody ends it. */
const FOR_EVER = new Date(8.64e15);
const MAX_KEYS = 10_000;
/** Revocations are told at once; this is for one that was not heard. */
const REMEMBERED_MS = 30_000;
/** While nothing can be heard. */
const REMEMBERED_DEAF_MS = 2_000;
/** So that somebody with a wrong key costs one question in a while. */
const REFUSED_MS = 10_000;
/** Keys of whom something still runs are asked about again, whatever was heard. */
const WATCH_MS = 30_000;

interface Remembered {
  /** Null: it is none. */
  readonly good: GoodKey | null;
  readonly at: number;
}

/**
 * Finds out whose a partner's key is, and remembers it for a short time. A key is remembered by its hash, never by its text. Whatever is
 * being asked when a company's keys change is handed out and not remembered.
 */
export function createPartnerKeys(options: {
  readonly keeper: KeyKeeper;
  readonly nats: Pick<NatsPart, 'connected'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now?: () => number;
}): PartnerKeys {
  const { keeper, nats, logger, now = () => performance.now() } = options;
  const remembered = new LRUCache<string, Remembered>({ max: MAX_KEYS });
  const flights = new Map<string, Promise<GoodKey | null>>();
  const watched = new Map<string, { readonly facts: PartnerKeyFacts; readonly listeners: Set<() => void> }>();
  const use = createKeyUse({ keeper, logger });
  const checks = options.metrics.counter('switchboard_router_partner_keys_total', 'Keys that were shown', ['outcome']);
  let watching: NodeJS.Timeout | undefined;

  function isFresh({ good, at }: Remembered): boolean {
    const lifetime = good === null ? REFUSED_MS : nats.connected ? REMEMBERED_MS : REMEMBERED_DEAF_MS;
    return now() - at < lifetime;
  }

  async function ask(facts: PartnerKeyFacts): Promise<GoodKey | null> {
    const answer = await keeper.check(facts);
    if (!answer) return null;
    const { partner, scopes, requestsPerMinute, costPerMinute, expiresAt } = answer;
    const { companyId, keyId } = facts;
    return {
      identity: { kind: 'partner', companyId, partner, scopes, keyId },
      limits: { requestsPerMinute, costPerMinute },
      expiresAt: expiresAt === null ? FOR_EVER : new Date(expiresAt),
    };
  }

  /** Once for all who ask at a time. */
  function find(facts: PartnerKeyFacts): Promise<GoodKey | null> {
    const { hash } = facts;
    const known = remembered.get(hash);
    if (known && isFresh(known)) return Promise.resolve(known.good);
    const underWay = flights.get(hash);
    if (underWay) return underWay;
    const at = now();
    const flight: Promise<GoodKey | null> = ask(facts).then(
      (good) => {
        if (flights.get(hash) === flight) {
          flights.delete(hash);
          remembered.set(hash, { good, at });
        }
        return good;
      },
      (error: unknown) => {
        if (flights.get(hash) === flight) flights.delete(hash);
        throw error;
      },
    );
    flights.set(hash, flight);
    return flight;
  }

  async function goodNow(facts: PartnerKeyFacts): Promise<GoodKey | null> {
    const good = await find(facts);
    return good && good.expiresAt.getTime() > Date.now() ? good : null;
  }

  /** Whose key cannot be asked about now goes on until it can. */
  async function lookAfter(hash: string): Promise<void> {
    const entry = watched.get(hash);
    if (!entry) return;
    try {
      if (await goodNow(entry.facts)) return;
    } catch (error) {
      logger.warn({ err: error }, 'a key in use could not be checked');
      return;
    }
    if (watched.get(hash) === entry) watched.delete(hash);
    for (const listener of entry.listeners) listener();
  }

  return {
    name: 'partner keys',

    async start() {
      use.start();
      watching = setInterval(() => {
        for (const hash of watched.keys()) void lookAfter(hash);
      }, WATCH_MS);
    },

    async stop() {
      clearInterval(watching);
      await use.stop();
      await keeper.close();
    },

    async authenticate(text) {
      const facts = readPartnerKey(text);
      let good: GoodKey | null = null;
      try {
        good = facts ? await goodNow(facts) : null;
      } catch (error) {
        checks.inc({ outcome: 'unavailable' });
        logger.warn({ err: error }, 'a key could not be checked');
        throw OperationError.identityUnavailable();
      }
      checks.inc({ outcome: good ? 'good' : 'refused' });
      if (!good) throw OperationError.unauthenticated('This key is not valid here, or not any more.');
      use.note(good.identity);
      return good;
    },

    watch(text, onEnd) {
      const facts = readPartnerKey(text);
      if (!facts) return () => undefined;
      const entry = watched.get(facts.hash) ?? { facts, listeners: new Set() };
      watched.set(facts.hash, entry);
      const listener = () => onEnd();
      entry.listeners.add(listener);
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size === 0 && watched.get(facts.hash) === entry) watched.delete(facts.hash);
      };
    },

    changed(companyId) {
      for (const [hash, { good }] of remembered.entries()) {
        // A refusal says nothing of the company, and may be of a key that is good from now on.
        if (good === null || good.identity.companyId === companyId) remembered.delete(hash);
      }
      flights.clear();
      for (const [hash, { facts }] of watched) if (facts.companyId === companyId) void lookAfter(hash);
    },
  };
}
