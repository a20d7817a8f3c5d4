import { LRUCache } from 'lru-cache';

/** At most so many in any stretch of so long. */
export interface Limit {
  readonly most: number;
  readonly windowMs: number;
}

export interface RateLimits {
  readonly bot: Limit;
  readonly privateChat: Limit;
  readonly group: Limit;
}

/**
 * Telegram's: about 30 a second, 20 a minute in a group, and one a second to a person, of which it says no more than that
 * short bursts pass (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
 */
export const telegramLimits: RateLimits = {
  bot: { most: 30, windowMs: 1_000 },
  privateChat: { most: 15, windowMs: 10_000 },
  group: { most: 20, windowMs: 60_000 },
};

const MAX_WINDOWS = 100_000;

/** Counts what bots send, in sliding windows. @param now Milliseconds. */
export function createRateLimiter(limits: Partial<RateLimits>, now: () => number = () => performance.now()) {
  const windows = new LRUCache<string, number[]>({ max: MAX_WINDOWS });
  let violations = 0;

  function within(key: string, { windowMs }: Limit): number[] {
    return (windows.get(key) ?? []).filter((at) => at > now() - windowMs);
  }

  return {
    /** 0 counts a message; else it was one too many, and the next passes after so many milliseconds. */
    take(botId: string, chatId: string): number {
      const rules = [
        [botId, limits.bot],
        [`${botId}:${chatId}`, chatId.startsWith('-') ? limits.group : limits.privateChat],
      ] as const;
      const counted = rules.flatMap(([key, limit]) => (limit ? [{ key, limit, times: within(key, limit) }] : []));
      const waits = counted.map(({ limit, times }) => (times.at(-limit.most) ?? -Infinity) + limit.windowMs - now());
      const waitMs = Math.max(0, ...waits);
      if (waitMs > 0) violations += 1;
      else for (const { key, times } of counted) windows.set(key, [...times, now()]);
      return waitMs;
    },
    violations: () => violations,
  };
}
