import type { Redis } from 'ioredis';

/** Longer than a question of a dashboard may take. */
const TURN_MS = 6_000;

/** A question by whose name its answer is found. */
export interface Named {
  readonly companyId: string;
  readonly key: string;
}

/** What Redis says to who wants an answer. */
export type Found =
  | { readonly is: 'there'; readonly seenAt: number; readonly text: string }
  /** Somebody else works it out. */
  | { readonly is: 'awaited' }
  /** The caller's to work out. */
  | { readonly is: 'yours' };

/** An answer that has seen enough, else a turn to work it out; one in which less can be seen is nobody's turn any more. */
const BEGIN = `
  local found = redis.call('HMGET', KEYS[1], 'seenAt', 'text')
  if found[1] and tonumber(found[1]) >= tonumber(ARGV[1]) then return found end
  local turn = redis.call('GET', KEYS[2])
  if turn and tonumber(string.match(turn, '^%d+')) >= tonumber(ARGV[1]) then return {'awaited'} end
  redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
  return {'yours'}`;

/** What has seen more is there already where others were faster. */
const KEEP = `
  local there = redis.call('HGET', KEYS[1], 'seenAt')
  if not there or tonumber(there) <= tonumber(ARGV[2]) then
    redis.call('HSET', KEYS[1], 'seenAt', ARGV[2], 'text', ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
  end`;

const LEAVE = `if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end`;

/**
 * Looks for an answer that has seen everything up to `needed`.
 *
 * @param turn.seenAt Up to when the caller's own would see everything.
 * @param turn.name Of the caller's, among all.
 */
export async function findOrBegin(
  redis: Redis,
  question: Named,
  needed: number,
  turn: { readonly seenAt: number; readonly name: string },
): Promise<Found> {
  const answer = await redis.eval(BEGIN, 2, ...keysOf(question), needed, turnOf(turn), TURN_MS);
  const [first = '', text] = answer as string[];
  if (text !== undefined) return { is: 'there', seenAt: Number(first), text };
  return first === 'awaited' ? { is: 'awaited' } : { is: 'yours' };
}

/** Ends a turn, with an answer or without one: then it is another's. */
export async function endTurn(
  redis: Redis,
  question: Named,
  turn: { readonly seenAt: number; readonly name: string },
  answer: { readonly text: string; readonly leftMs: number } | undefined,
): Promise<void> {
  const kept = answer ? [turn.seenAt, answer.text, answer.leftMs] : [];
  await redis.eval(`${answer ? KEEP : ''}\n${LEAVE}`, 2, ...keysOf(question), turnOf(turn), ...kept);
}

function turnOf({ seenAt, name }: { readonly seenAt: number; readonly name: string }): string {
  return `${String(seenAt)} ${name}`;
}

/** What is in braces says to a cluster what belongs together. */
function keysOf({ companyId, key }: Named): [answer: string, turn: string] {
  const name = `switchboard:figures:{${companyId}}:${key}`;
  return [name, `${name}:turn`];
}
