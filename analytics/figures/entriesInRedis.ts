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

/** Who wants an answer. */
export interface Wanted {
  readonly question: Named;
  /** Up to when the answer has to have seen everything. */
  readonly needed: number;
  /** The caller's, whose name is its own among all: what it worked out would have seen everything up to `seenAt`. */
  readonly turn: { readonly seenAt: number; readonly name: string };
}

/**
 * Looks for answers, by one message to Redis: so those who ask at the same moment also hear at the same moment, and can be answered
 * together.
 *
 * @returns of each what there is, or why it could not be found out.
 */
export async function findOrBegin(redis: Redis, wanted: readonly Wanted[]): Promise<(Found | Error)[]> {
  const commands = redis.pipeline();
  for (const { question, needed, turn } of wanted) {
    commands.eval(BEGIN, 2, ...keysOf(question), needed, turnOf(turn), TURN_MS);
  }
  const answers = (await commands.exec()) ?? [];
  return answers.map(([error, answer]) => error ?? foundIn(answer as string[]));
}

function foundIn([first = '', text]: readonly string[]): Found {
  if (text !== undefined) return { is: 'there', seenAt: Number(first), text };
  return first === 'awaited' ? { is: 'awaited' } : { is: 'yours' };
}

/** Ends a turn, with an answer or without one: then it is another's. */
export async function endTurn(
  redis: Redis,
  { question, turn }: Pick<Wanted, 'question' | 'turn'>,
  answer: { readonly text: string; readonly leftMs: number } | undefined,
): Promise<void> {
  const kept = answer ? [turn.seenAt, answer.text, answer.leftMs] : [];
  await redis.eval(`${answer ? KEEP : ''}\n${LEAVE}`, 2, ...keysOf(question), turnOf(turn), ...kept);
}

function turnOf({ seenAt, name }: Wanted['turn']): string {
  return `${String(seenAt)} ${name}`;
}

/** What is in braces says to a cluster what belongs together. */
function keysOf({ companyId, key }: Named): [answer: string, turn: string] {
  const name = `switchboard:figures:{${companyId}}:${key}`;
  return [name, `${name}:turn`];
}
