import { LRUCache } from 'lru-cache';
import { intervalUs, type Pace } from './pace.ts';

/** Chats and accounts of one process that are held back at a time; forgetting one lets it burst once too often. */
const MAX_KEYS = 50_000;

/** The rule of `pacesInRedis.ts`, for this process alone. @param nowUs Of a clock that never goes back. */
export function createPacesInMemory(nowUs: () => number = () => Math.round(performance.now() * 1_000)) {
  const freeFrom = new LRUCache<string, number>({ max: MAX_KEYS });

  return (paces: readonly Pace[]): number => {
    const now = nowUs();
    const from = ({ key }: Pace) => Math.max(freeFrom.get(key) ?? now, now);
    const waits = paces.map((pace) => from(pace) - (pace.burst - 1) * intervalUs(pace) - now);
    const wait = Math.max(0, ...waits);
    if (wait > 0) return Math.ceil(wait / 1_000);
    for (const pace of paces) freeFrom.set(pace.key, from(pace) + intervalUs(pace));
    return 0;
  };
}
