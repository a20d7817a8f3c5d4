/** How many sends Meta takes. */
export interface Limits {
  /** Messenger, Instagram: in any second, for each account. */
  readonly messagesPerSecond: number;
  readonly mediaPerSecond: number;
  /** WhatsApp: in any second, for each number. */
  readonly whatsAppPerSecond: number;
  /** WhatsApp: to one person at once, and then one in every `pairIntervalMs`. */
  readonly pairBurst: number;
  readonly pairIntervalMs: number;
}

/** https://developers.facebook.com/docs/messenger-platform/overview/rate-limiting, /docs/whatsapp/messaging-limits */
export const realLimits: Limits = {
  messagesPerSecond: 300,
  mediaPerSecond: 10,
  whatsAppPerSecond: 80,
  pairBurst: 45,
  pairIntervalMs: 6_000,
};

export interface Counters {
  /** Counts one call, if it is not one too many in the last second. */
  takeInSecond(key: string, limit: number): boolean;
  /** The same for a store of `burst` that one comes back to in every `intervalMs`. */
  takeOfStore(key: string, burst: number, intervalMs: number): boolean;
  /** How often somebody was too fast. */
  violations(): number;
}

const MAX_KEYS = 100_000;

export function createCounters(): Counters {
  const times = new Map<string, number[]>();
  /** When each store will be full again. */
  const fullAt = new Map<string, number>();
  let violations = 0;

  const judged = (isTaken: boolean): boolean => {
    if (!isTaken) violations += 1;
    return isTaken;
  };

  return {
    takeInSecond(key, limit) {
      const now = performance.now();
      const inWindow = (times.get(key) ?? []).filter((at) => at > now - 1_000);
      const isTaken = inWindow.length < limit;
      if (isTaken) inWindow.push(now);
      keep(times, key, inWindow);
      return judged(isTaken);
    },
    takeOfStore(key, burst, intervalMs) {
      const now = performance.now();
      const next = Math.max(now, fullAt.get(key) ?? 0) + intervalMs;
      const isTaken = next - now <= burst * intervalMs;
      if (isTaken) keep(fullAt, key, next);
      return judged(isTaken);
    },
    violations: () => violations,
  };
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key) && map.size >= MAX_KEYS) map.clear();
  map.set(key, value);
}
