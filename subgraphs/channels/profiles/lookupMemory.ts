import { LRUCache } from 'lru-cache';
import type { RedisPart } from '#platform/cache/redis.ts';

/** People of one process; who is forgotten is looked up once too often. */
const MAX_PEOPLE = 50_000;
const HOUR_S = 60 * 60;
const DAY_S = 24 * HOUR_S;

/** Remembers, for all processes, whose profile was asked for. While Redis is away each process knows what it did itself. */
export interface LookupMemory {
  /** Whether this process knows that a person need not be looked up; nobody else is asked. */
  knows(person: string): boolean;
  /** Whether a person may be looked up now: true for one who asks, and to nobody else within the next hour. */
  claim(person: string): Promise<boolean>;
  /** The look-up went well: nobody needs another one within a day. */
  settle(person: string): Promise<void>;
}

export function createLookupMemory({ client }: Pick<RedisPart, 'client'>): LookupMemory {
  const known = new LRUCache<string, true>({ max: MAX_PEOPLE });
  const keyOf = (person: string) => `switchboard:channels:profile:${person}`;

  return {
    knows: (person) => known.has(person),
    async claim(person) {
      if (known.has(person)) return false;
      known.set(person, true, { ttl: HOUR_S * 1_000 });
      try {
        return (await client.set(keyOf(person), '1', 'EX', HOUR_S, 'NX')) === 'OK';
      } catch {
        return true;
      }
    },
    async settle(person) {
      known.set(person, true, { ttl: DAY_S * 1_000 });
      // Without it there is another look-up in an hour, at the worst.
      await client.set(keyOf(person), '1', 'EX', DAY_S).catch(() => undefined);
    },
  };
}
