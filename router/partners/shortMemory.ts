import { LRUCache } from 'lru-cache';

/** What was found out about something of a company's partners, kept for a short time. Undefined answers are kept too, for shorter. */
export interface ShortMemory<T> {
  /** Asked once for all who come at a time. Rejects as `ask` does, which is not kept. */
  find(
    of: { readonly companyId: string; readonly key: string },
    ask: () => Promise<T | undefined>,
  ): Promise<T | undefined>;
  /** What is being asked meanwhile is handed out and not kept. */
  forget(companyId: string): void;
}

const MAX_ENTRIES = 10_000;
/** Changes are told at once; this is for one that was not heard. */
const KEPT_MS = 30_000;
/** While nothing can be heard. */
const KEPT_DEAF_MS = 2_000;
/** So that guessing costs one question in a while. */
const KEPT_NOTHING_MS = 10_000;

interface Entry<T> {
  readonly companyId: string;
  readonly answer: T | undefined;
  readonly at: number;
}

/** @param options.isListening whether changes can be heard now. */
export function createShortMemory<T>(options: {
  readonly isListening: () => boolean;
  readonly now: () => number;
}): ShortMemory<T> {
  const { isListening, now } = options;
  const entries = new LRUCache<string, Entry<T>>({ max: MAX_ENTRIES });
  const flights = new Map<string, Promise<T | undefined>>();

  function isFresh({ answer, at }: Entry<T>): boolean {
    const kept = answer === undefined ? KEPT_NOTHING_MS : isListening() ? KEPT_MS : KEPT_DEAF_MS;
    return now() - at < kept;
  }

  async function fly(companyId: string, key: string, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const at = now();
    const flight = ask();
    flights.set(key, flight);
    try {
      const answer = await flight;
      if (flights.get(key) === flight) entries.set(key, { companyId, answer, at });
      return answer;
    } finally {
      if (flights.get(key) === flight) flights.delete(key);
    }
  }

  return {
    find({ companyId, key }, ask) {
      const known = entries.get(key);
      if (known && isFresh(known)) return Promise.resolve(known.answer);
      return flights.get(key) ?? fly(companyId, key, ask);
    },

    forget(companyId) {
      for (const [key, entry] of entries.entries()) if (entry.companyId === companyId) entries.delete(key);
      flights.clear();
    },
  };
}
