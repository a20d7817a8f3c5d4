import type { Redis } from 'ioredis';
import { SLOT_MS, SLOTS, type Quota, type QuotaVerdict } from './quota.ts';

/**
 * A sliding window: of each key there is a hash of slots and how much was used in each. The time is Redis' own, so that the
 * processes' clocks do not matter. The rule is that of `quotasInMemory.ts`.
 */
const TAKE = `
  local slotMs, slots = tonumber(ARGV[1]), tonumber(ARGV[2])
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local slot = math.floor(now / slotMs)
  local wait, looked = 0, {}
  for i, key in ipairs(KEYS) do
    local limit, take = tonumber(ARGV[1 + 2 * i]), tonumber(ARGV[2 + 2 * i])
    local found, used, sum = redis.call('HGETALL', key), {}, 0
    for f = 1, #found, 2 do
      local at, amount = tonumber(found[f]), tonumber(found[f + 1])
      -- Those ahead are of a time before Redis' clock was set back.
      if at > slot - slots and at <= slot then
        sum = sum + amount
        table.insert(used, {at, amount})
      else
        redis.call('HDEL', key, found[f])
      end
    end
    table.sort(used, function(a, b) return a[1] < b[1] end)
    local left, next, own = sum, 1, 0
    while left + take > limit do
      if not used[next] then own = slots * slotMs break end
      left = left - used[next][2]
      own = (used[next][1] + slots) * slotMs - now
      next = next + 1
    end
    wait = math.max(wait, own)
    looked[i] = {limit, take, sum, used[1] and (used[1][1] + slots) * slotMs - now or 0}
  end
  local answer = {wait}
  for i, key in ipairs(KEYS) do
    local limit, take, sum, reset = unpack(looked[i])
    if wait == 0 then
      redis.call('HINCRBY', key, string.format('%.0f', slot), take)
      redis.call('PEXPIRE', key, slots * slotMs)
      sum = sum + take
      if reset == 0 and sum > 0 then reset = slots * slotMs end
    end
    table.insert(answer, math.max(0, limit - sum))
    table.insert(answer, reset)
  end
  return answer`;

/** All in one script, so that nobody comes in between looking and taking. */
export async function takeQuotasInRedis(redis: Redis, quotas: readonly Quota[]): Promise<QuotaVerdict> {
  const keys = quotas.map(({ key }) => `switchboard:quota:${key}`);
  const rules = quotas.flatMap(({ limit, take }) => [limit, take]);
  const answer = (await redis.eval(TAKE, keys.length, ...keys, SLOT_MS, SLOTS, ...rules)) as unknown[];
  const [waitMs = 0, ...figures] = answer.map(Number);
  return {
    waitMs,
    states: quotas.map(({ limit }, i) => ({
      limit,
      remaining: figures[2 * i] ?? 0,
      resetMs: figures[2 * i + 1] ?? 0,
    })),
  };
}
