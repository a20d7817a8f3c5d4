import { LRUCache } from 'lru-cache';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { readPartnerKey, type PartnerKeyFacts } from '#platform/identity/partnerKeys.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { partnerLimits, type KeyAnswer } from '#schema/partners.ts';
import { OperationError } from '../operations/errors.ts';
import type { KeyUse } from './keyUse.ts';
import type { KeyKeeper } from './keyKeeper.ts';
import { createShortMemory } from './shortMemory.ts';

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
  /** What a key may ask for: as it was when it was shown last. */
  limitsOf(keyId: string): GoodKey['limits'];
  /** Calls back once, when the key is not good any more. @returns ends it. */
  watch(text: string, onEnd: () => void): () => void;
  /** That a company's keys are not what they were. */
  changed(companyId: string): void;
}

/** Far ahead, for what ends only when somebody ends it. */
const FOR_EVER = new Date(8.64e15);
/** Of keys in use at a time; whose are forgotten has those that keys have unless somebody says otherwise. */
const MAX_LIMITS = 50_000;
/** Keys of whom something still runs are asked about again, whatever was heard. */
const WATCH_MS = 30_000;

/**
 * Finds out whose a partner's key is, and remembers it for a short time. A key is remembered by its hash, never by its text.
 */
export function createPartnerKeys(options: {
  readonly keeper: Pick<KeyKeeper, 'check'>;
  readonly use: Pick<KeyUse, 'note'>;
  readonly nats: Pick<NatsPart, 'connected'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now?: () => number;
}): PartnerKeys {
  const { keeper, use, nats, logger, now = () => performance.now() } = options;
  const remembered = createShortMemory<GoodKey>({ isListening: () => nats.connected, now });
  const limits = new LRUCache<string, GoodKey['limits']>({ max: MAX_LIMITS });
  const watched = new Map<string, { readonly facts: PartnerKeyFacts; readonly listeners: Set<() => void> }>();
  const checks = options.metrics.counter('switchboard_router_partner_keys_total', 'Keys that were shown', ['outcome']);
  let watching: NodeJS.Timeout | undefined;

  async function ask(facts: PartnerKeyFacts): Promise<GoodKey | undefined> {
    const answer = await keeper.check(facts);
    if (!answer) return undefined;
    const { partner, scopes, requestsPerMinute, costPerMinute, expiresAt } = answer;
    const { companyId, keyId } = facts;
    return {
      identity: { kind: 'partner', companyId, partner, scopes, keyId },
      limits: { requestsPerMinute, costPerMinute },
      expiresAt: expiresAt === null ? FOR_EVER : new Date(expiresAt),
    };
  }

  async function goodNow(facts: PartnerKeyFacts): Promise<GoodKey | undefined> {
    const good = await remembered.find({ companyId: facts.companyId, key: facts.hash }, () => ask(facts));
    return good && good.expiresAt.getTime() > Date.now() ? good : undefined;
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
      watching = setInterval(() => {
        for (const hash of watched.keys()) void lookAfter(hash);
      }, WATCH_MS);
    },

    async stop() {
      clearInterval(watching);
    },

    async authenticate(text) {
      const facts = readPartnerKey(text);
      let good: GoodKey | undefined;
      try {
        good = facts && (await goodNow(facts));
      } catch (error) {
        checks.inc({ outcome: 'unavailable' });
        logger.warn({ err: error }, 'a key could not be checked');
        throw OperationError.identityUnavailable(error);
      }
      checks.inc({ outcome: good ? 'good' : 'refused' });
      if (!good) throw OperationError.unauthenticated('This key is not valid here, or not any more.');
      use.note(good.identity);
      limits.set(good.identity.keyId, good.limits);
      return good;
    },

    limitsOf: (keyId) => limits.get(keyId) ?? partnerLimits,

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
      remembered.forget(companyId);
      for (const [hash, { facts }] of watched) if (facts.companyId === companyId) void lookAfter(hash);
    },
  };
}
