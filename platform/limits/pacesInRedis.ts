import type { Redis } from 'ioredis';
import { intervalUs, type Pace } from './pace.ts';

/**
 * The generic cell rate algorithm (GCRA, https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): of each key one number is
 * kept, the time from which it is free again if everything went evenly, in microseconds. It may lie ahead by what the burst
 * allows. The time is Redis' own, so that the processes' clocks do not matter.
 */
const TAKE = `
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local from, wait = {}, 0
  for i, key in ipairs(KEYS) do
    local interval, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    from[i] = math.max(tonumber(redis.call('GET', key) or now), now)
    -- Further ahead only after Redis' clock was set back, or the pace was raised.
    from[i] = math.min(from[i], now + burst * interval)
    wait = math.max(wait, from[i] - (burst - 1) * interval - now)
  end
  if wait > 0 then return math.ceil(wait / 1000) end
  for i, key in ipairs(KEYS) do
    local free = from[i] + tonumber(ARGV[2 * i - 1])
    -- Lua itself would write so large a number with 14 digits only.
    redis.call('SET', key, string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000))
  end
  return 0`;

/** All in one script, so that nobody comes in between looking and taking. */
export async function takeInRedis(redis: Redis, paces: readonly Pace[]): Promise<number> {
  const keys = paces.map(({ key }) => `switchboard:pace:${key}`);
  const rules = paces.flatMap((pace) => [intervalUs(pace), pace.burst]);
  return Number(await redis.eval(TAKE, keys.length, ...keys, ...rules));
}
