import type { Redis } from 'ioredis';

/**
 * Of each key there is a sorted set of places, each with when it is free again unless its process says that it goes on. The time is
 * Redis' own, so that the processes' clocks do not matter.
 */
const NOW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

const TAKE = `${NOW}
  local most, lease = tonumber(ARGV[1]), tonumber(ARGV[2])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  if redis.call('ZCARD', KEYS[1]) >= most then return 0 end
  redis.call('ZADD', KEYS[1], now + lease, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], lease)
  return 1`;

const KEEP = `${NOW}
  local lease = tonumber(ARGV[1])
  for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now + lease, ARGV[i]) end
  redis.call('PEXPIRE', KEYS[1], lease)`;

/** Keys that are kept with one round trip. */
const AT_ONCE = 500;

export interface PlaceInRedis {
  readonly key: string;
  readonly place: string;
}

/** False when there are so many already. */
export async function takePlaceInRedis(
  redis: Redis,
  { key, place }: PlaceInRedis,
  { most, leaseMs }: { readonly most: number; readonly leaseMs: number },
): Promise<boolean> {
  return (await redis.eval(TAKE, 1, nameOf(key), most, leaseMs, place)) === 1;
}

/** Whoever has a place keeps it, also where Redis has forgotten it. */
export async function keepPlacesInRedis(
  redis: Redis,
  held: ReadonlyMap<string, ReadonlySet<string>>,
  leaseMs: number,
): Promise<void> {
  const all = [...held];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const pipeline = redis.pipeline();
    for (const [key, places] of all.slice(from, from + AT_ONCE)) {
      pipeline.eval(KEEP, 1, nameOf(key), leaseMs, ...places);
    }
    const failed = (await pipeline.exec())?.find(([error]) => error !== null);
    if (failed?.[0]) throw failed[0];
  }
}

export async function givePlaceInRedis(redis: Redis, { key, place }: PlaceInRedis): Promise<void> {
  await redis.zrem(nameOf(key), place);
}

function nameOf(key: string): string {
  return `switchboard:places:${key}`;
}
