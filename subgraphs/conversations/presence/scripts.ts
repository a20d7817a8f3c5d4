/**
 * What Redis does in one step. An agent is a hash: `d:<device>` holds `<state> <end>`, `away` the agent's own choice; `told` and
 * `seen` what was last seen of the agent as a whole and when, and `open` that Postgres has not confirmed it yet. `due` sorts agents
 * by the time at which somebody has to look at them: the end of a device, or the time by which a confirmation should have come.
 *
 * The time is Redis' own, in microseconds, so that the processes' clocks do not matter.
 */
const common = `
  local CONFIRM_WITHIN = 10000000
  local MOST_DEVICES = 20

  local function whole(number) return string.format('%.0f', number) end

  local function clock()
    local time = redis.call('TIME')
    return time[1] * 1000000 + time[2]
  end

  -- The state over all devices, the next end of one, and which devices have ended.
  local function look(key, now)
    local fields = redis.call('HGETALL', key)
    local state, away, soonest, first, live, ended = 'OFFLINE', false, nil, nil, 0, {}
    for i = 1, #fields, 2 do
      local field = fields[i]
      if field == 'away' then away = true end
      if string.sub(field, 1, 2) == 'd:' then
        local said, ends = string.match(fields[i + 1], '^(%u+) (%d+)$')
        ends = tonumber(ends)
        if ends <= now then
          ended[#ended + 1] = field
        else
          live = live + 1
          if soonest == nil or ends < soonest then soonest, first = ends, field end
          if state ~= 'ONLINE' then state = said end
        end
      end
    end
    if live > MOST_DEVICES then ended[#ended + 1] = first end
    if away and state == 'ONLINE' then state = 'AWAY' end
    return state, soonest, ended, away
  end

  local function see(key, due, member, state, now)
    redis.call('HSET', key, 'told', state, 'seen', whole(now), 'open', '1')
    redis.call('ZADD', due, whole(now + CONFIRM_WITHIN), member)
  end

  -- After a change: whether it has to be told, or only when to look again.
  local function settle(key, due, member, now)
    local state, soonest, ended = look(key, now)
    if #ended > 0 then redis.call('HDEL', key, unpack(ended)) end
    if redis.call('HGET', key, 'told') ~= state then
      see(key, due, member, state, now)
      return {state, whole(now), 1}
    end
    if redis.call('HEXISTS', key, 'open') == 0 and soonest then redis.call('ZADD', due, whole(soonest), member) end
    return {state, whole(now), 0}
  end
`;

/** KEYS agent, due. ARGV member, device, state, how long the device is there without another word. */
export const BEAT = `${common}
  local now = clock()
  if ARGV[3] == 'OFFLINE' then
    redis.call('HDEL', KEYS[1], 'd:' .. ARGV[2])
  else
    redis.call('HSET', KEYS[1], 'd:' .. ARGV[2], ARGV[3] .. ' ' .. whole(now + ARGV[4] * 1000))
  end
  return settle(KEYS[1], KEYS[2], ARGV[1], now)`;

/** KEYS agent, due. ARGV member, '1' for away. Always to be told: the choice itself is kept in Postgres. */
export const CHOOSE = `${common}
  local now = clock()
  if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'away', '1') else redis.call('HDEL', KEYS[1], 'away') end
  local state = look(KEYS[1], now)
  see(KEYS[1], KEYS[2], ARGV[1], state, now)
  return {state, whole(now), 1}`;

/** KEYS due. ARGV how many. Whoever gets them has them for as long as a confirmation may take. */
export const CLAIM = `${common}
  local now = clock()
  local members = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', whole(now), 'LIMIT', 0, ARGV[1])
  for _, member in ipairs(members) do redis.call('ZADD', KEYS[1], whole(now + CONFIRM_WITHIN), member) end
  return members`;

/** KEYS agent, due. ARGV member. Looks at one that is due; always to be told, as nobody knows whether it was. */
export const EXAMINE = `${common}
  local now = clock()
  local state, _, ended = look(KEYS[1], now)
  if #ended > 0 then redis.call('HDEL', KEYS[1], unpack(ended)) end
  see(KEYS[1], KEYS[2], ARGV[1], state, now)
  return {state, whole(now), 1}`;

/** KEYS agent, due. ARGV member, when what was told was seen. Of an agent who is gone nothing stays but the choice. */
export const CONFIRM = `${common}
  if redis.call('HGET', KEYS[1], 'seen') ~= ARGV[2] then return 0 end
  redis.call('HDEL', KEYS[1], 'open')
  local now = clock()
  local state, soonest, _, away = look(KEYS[1], now)
  if state ~= redis.call('HGET', KEYS[1], 'told') then
    redis.call('ZADD', KEYS[2], whole(now), ARGV[1])
  elseif soonest then
    redis.call('ZADD', KEYS[2], whole(soonest), ARGV[1])
  else
    redis.call('ZREM', KEYS[2], ARGV[1])
    if not away then redis.call('DEL', KEYS[1]) end
  end
  return 1`;

/** KEYS agents. Their states, in order. */
export const LOOK = `${common}
  local now, states = clock(), {}
  for i, key in ipairs(KEYS) do states[i] = (look(key, now)) end
  return states`;

/** KEYS agent, due. ARGV member, '1' for away. What is known from Postgres about an agent that Redis has forgotten. */
export const RECALL = `${common}
  if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'away', '1') end
  redis.call('ZADD', KEYS[2], 'NX', whole(clock()), ARGV[1])
  return 1`;

/** KEYS known, due. ARGV by how many ms the look at an agent may be late. */
export const IS_CURRENT = `${common}
  if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
  local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  if first[2] and tonumber(first[2]) < clock() - ARGV[1] * 1000 then return 0 end
  return 1`;

/** KEYS viewers. ARGV who on which device, whether, for how long. All who look, with the ms until they are taken to have left. */
export const VIEW = `${common}
  local now = clock()
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now))
  if ARGV[2] == '1' then
    redis.call('ZADD', KEYS[1], whole(now + ARGV[3] * 1000), ARGV[1])
    redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -101)
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
  else
    redis.call('ZREM', KEYS[1], ARGV[1])
  end
  local viewers = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
  for i = 2, #viewers, 2 do viewers[i] = whole(math.ceil((viewers[i] - now) / 1000)) end
  return viewers`;

/** KEYS viewers of several conversations. Who looks at each. */
export const VIEWERS = `${common}
  local now, all = clock(), {}
  for i, key in ipairs(KEYS) do all[i] = redis.call('ZRANGEBYSCORE', key, '(' .. whole(now), '+inf') end
  return all`;
