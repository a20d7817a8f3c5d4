import type { Redis } from 'ioredis';
import type { Change, Changes } from './changes.ts';

/** Figures change in the hours of now. Who is told of more hours than these takes it to be all. */
export const MOST_HOURS = 32;
/** For so long a company that is silent is remembered. */
const KEPT_MS = 86_400_000;
/** Among a company's hours: from when on they are known. It is never later than one of them. */
const SINCE = 'since';

/** The time is Redis' own, in microseconds, and goes on where its clock was set back. */
const CLOCK = `
  local time = redis.call('TIME')
  local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
  local now = math.max(time[1] * 1000000 + time[2], tonumber(last or 0))
  -- Lua itself would write so large a number with 14 digits only.
  local function text(instant) return string.format('%.0f', instant) end`;

const READ = `${CLOCK}
  if not last then
    redis.call('ZADD', KEYS[1], text(now), '${SINCE}')
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
  end
  local found = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
  table.insert(found, text(now))
  return found`;

/** Later than all that was read, also in the same microsecond. */
const TELL = `${CLOCK}
  local at = text(now + 1)
  if #ARGV == 2 then redis.call('DEL', KEYS[1]) end
  if #ARGV == 2 or not last then redis.call('ZADD', KEYS[1], at, '${SINCE}') end
  for i = 3, #ARGV do redis.call('ZADD', KEYS[1], at, ARGV[i]) end
  local over = redis.call('ZCARD', KEYS[1]) - ARGV[2] - 1
  if over > 0 then
    local forgotten = redis.call('ZRANGE', KEYS[1], over, over, 'WITHSCORES')[2]
    redis.call('ZREMRANGEBYRANK', KEYS[1], 0, over)
    redis.call('ZADD', KEYS[1], forgotten, '${SINCE}')
  end
  redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

export async function readChanges(redis: Redis, companyId: string): Promise<Changes> {
  const found = (await redis.eval(READ, 1, keyOf(companyId), KEPT_MS)) as string[];
  const hours = new Map<number, number>();
  let since = 0;
  for (let at = 0; at + 1 < found.length; at += 2) {
    const [hour, changed] = [found[at], Number(found[at + 1])];
    if (hour === SINCE) since = changed;
    else hours.set(Number(hour), changed);
  }
  return { now: Number(found.at(-1)), since, hours };
}

/** From when this resolves on, nobody takes for fresh what was asked before. */
export async function tellChanges(redis: Redis, changes: readonly Change[]): Promise<void> {
  const commands = redis.pipeline();
  for (const { companyId, hours = [] } of changes) {
    const told = [...hours];
    commands.eval(
      TELL,
      1,
      keyOf(companyId),
      KEPT_MS,
      MOST_HOURS,
      ...(told.length > MOST_HOURS ? [] : told.map(String)),
    );
  }
  const results = await commands.exec();
  const problem = results?.find(([error]) => error)?.[0];
  if (problem) throw problem;
}

/** What is in braces says to a cluster what belongs together. */
function keyOf(companyId: string): string {
  return `switchboard:figures:{${companyId}}:changes`;
}
