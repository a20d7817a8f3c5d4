import { LRUCache } from 'lru-cache';
import robotsParser from 'robots-parser';
import type { FetchedFile } from '#platform/http/publicFetch.ts';
import { PublicFetchError } from '#platform/http/publicFetchError.ts';

interface Robots {
  /** Undefined for addresses of another site. */
  isAllowed(url: string, agent: string): boolean | undefined;
  /** Seconds. */
  getCrawlDelay(agent: string): number | undefined;
}

/** The package's types say that this is a module with a default, which it is not. */
const createRobots = robotsParser as unknown as (url: string, text: string) => Robots;

/** What a site says of a visit. */
export interface Visit {
  readonly isAllowed: boolean;
  /** Between this one and the next. */
  readonly pauseMs: number;
}

type Known =
  | { readonly robots: Robots; readonly length: number }
  /** The site is in trouble: who asks again soon has the same answer. */
  | { readonly failure: PublicFetchError };

const TTL_MS = 60 * 60 * 1_000;
const FAILURE_TTL_MS = 60_000;
/** What a robots.txt says in its first so many characters counts, as the standard has it (RFC 9309). */
const MAX_LENGTH = 500 * 1024;
/** In characters of all that is remembered: what is read of them takes some ten times as much memory. */
const MAX_KNOWN = 8 * 1024 ** 2;
/** Of a site about which nothing is remembered but that it has no rules. */
const LEAST = 1_000;
/** Comparing an address with rules that are made for it takes the length of one times that of the other. */
const MOST_WORK = 100_000_000;
const PAUSE_MS = 250;
/** What a site may ask for at the most. */
const LONGEST_PAUSE_MS = 5_000;

/** Reads sites' robots.txt and remembers them for an hour. Throws the errors of `fetch`. */
export function createRobotsRules(fetch: (address: string) => Promise<FetchedFile>, agent: string) {
  const sites = new LRUCache<string, Known>({ maxSize: MAX_KNOWN, ttl: TTL_MS });

  async function read(origin: string): Promise<Known> {
    const address = `${origin}/robots.txt`;
    try {
      const text = (await fetch(address)).bytes.toString().slice(0, MAX_LENGTH);
      return { robots: createRobots(address, text), length: text.length };
    } catch (error) {
      if (!(error instanceof PublicFetchError)) throw error;
      // A site without rules forbids nothing; one that is in trouble is not visited now.
      return error.code === 'NOT_FOUND' ? { robots: createRobots(address, ''), length: 0 } : { failure: error };
    }
  }

  async function rulesOf(origin: string): Promise<Known> {
    const before = sites.get(origin);
    if (before) return before;
    const known = await read(origin);
    const isFailure = 'failure' in known;
    sites.set(origin, known, {
      size: LEAST + (isFailure ? 0 : known.length),
      ttl: isFailure ? FAILURE_TTL_MS : TTL_MS,
    });
    return known;
  }

  return {
    async of(url: URL): Promise<Visit> {
      const known = await rulesOf(url.origin);
      if ('failure' in known) throw known.failure;
      const { robots, length } = known;
      const isTooMuch = length * (url.pathname.length + url.search.length) > MOST_WORK;
      const asked = (robots.getCrawlDelay(agent) ?? 0) * 1_000;
      return {
        isAllowed: !isTooMuch && robots.isAllowed(url.href, agent) !== false,
        pauseMs: Math.min(Math.max(asked, PAUSE_MS), LONGEST_PAUSE_MS),
      };
    },
  };
}
