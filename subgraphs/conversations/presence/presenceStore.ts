import { z } from 'zod';
import { presence, type Presence } from '#schema/events/values.ts';
import type { RedisCalls } from './redisCalls.ts';
import { BEAT, CHOOSE, CLAIM, CONFIRM, EXAMINE, IS_CURRENT, LOOK, RECALL } from './scripts.ts';

export interface AgentKey {
  readonly companyId: string;
  readonly agentId: string;
}

/** An agent's state over all devices, as it was at a moment. */
export interface Sighting {
  readonly presence: Presence;
  /** Microseconds of Redis' clock: what was seen later is truer, whoever writes it down first. */
  readonly seenAt: string;
  /** Whether it has to be written down, and then be confirmed. */
  readonly isNews: boolean;
}

/** Who is there, in Redis, where it ends by itself. All but the two reads reject while Redis is away. */
export interface PresenceStore {
  /** A device says that it is there, or that it leaves. */
  beat(agent: AgentKey, deviceId: string, state: Presence): Promise<Sighting>;
  /** The agent's own choice, for all devices, for as long as it stands. */
  choose(agent: AgentKey, isAway: boolean): Promise<Sighting>;
  /** What was seen is written down. Without it, {@link claimDue} gives the agent out again. */
  confirm(agent: AgentKey, sighting: Sighting): Promise<void>;
  /** Agents whom somebody has to look at now. One process has each of them, for as long as it may take. */
  claimDue(most: number): Promise<readonly AgentKey[]>;
  examine(agent: AgentKey): Promise<Sighting>;
  /** Whether Redis still has what it was told, or has to be told again by {@link recall} and {@link markKnown}. */
  isKnown(): Promise<boolean>;
  recall(agent: AgentKey, isAway: boolean): Promise<void>;
  markKnown(): Promise<void>;
  /** States of a page of agents, in one round trip. OFFLINE, all of them, while Redis is away. */
  statesOf(companyId: string, agentIds: readonly string[]): Promise<ReadonlyMap<string, Presence>>;
  /** Whether what Postgres knows of presence is what is so: false while Redis is away, or nobody keeps up with it. */
  isCurrent(): Promise<boolean>;
}

const DUE = 'switchboard:presence:due';
const KNOWN = 'switchboard:presence:known';
/** Who is due longer than that is not looked after. */
const LATE_MS = 5_000;

const sighting = z
  .tuple([presence, z.string(), z.number()])
  .transform(([state, seenAt, isNews]): Sighting => ({ presence: state, seenAt, isNews: isNews === 1 }));
const done = z.number();

/** @param options.deviceLifetimeMs how long a device is there without another word */
export function createPresenceStore(options: {
  readonly redis: RedisCalls;
  readonly deviceLifetimeMs: number;
}): PresenceStore {
  const { redis, deviceLifetimeMs } = options;
  const keyOf = ({ companyId, agentId }: AgentKey) => `switchboard:presence:agent:${companyId}:${agentId}`;
  const memberOf = ({ companyId, agentId }: AgentKey) => `${companyId}:${agentId}`;
  const ask = <T>(purpose: string, schema: z.ZodType<T>, script: string, agent: AgentKey, args: (string | number)[]) =>
    redis.call(purpose, schema, script, [keyOf(agent), DUE], [memberOf(agent), ...args]);

  return {
    beat: (agent, deviceId, state) => ask('beat', sighting, BEAT, agent, [deviceId, state, deviceLifetimeMs]),
    choose: (agent, isAway) => ask('choose', sighting, CHOOSE, agent, [isAway ? '1' : '0']),
    async confirm(agent, { seenAt }) {
      await ask('confirm', done, CONFIRM, agent, [seenAt]);
    },
    async claimDue(most) {
      const members = await redis.call('claim', z.array(z.string()), CLAIM, [DUE], [most]);
      return members.map((member) => {
        const [companyId = '', agentId = ''] = member.split(':');
        return { companyId, agentId };
      });
    },
    examine: (agent) => ask('examine', sighting, EXAMINE, agent, []),
    isKnown: async () => (await redis.call('recall', done, `return redis.call('EXISTS', KEYS[1])`, [KNOWN], [])) === 1,
    async recall(agent, isAway) {
      await ask('recall', done, RECALL, agent, [isAway ? '1' : '0']);
    },
    async markKnown() {
      await redis.call('recall', z.unknown(), `return redis.call('SET', KEYS[1], '1')`, [KNOWN], []);
    },
    async statesOf(companyId, agentIds) {
      const keys = agentIds.map((agentId) => keyOf({ companyId, agentId }));
      const states = await redis.attempt(redis.call('look', z.array(presence), LOOK, keys, []), []);
      return new Map(agentIds.map((agentId, index) => [agentId, states[index] ?? 'OFFLINE']));
    },
    isCurrent: async () =>
      (await redis.attempt(redis.call('current', done, IS_CURRENT, [KNOWN, DUE], [LATE_MS]), 0)) === 1,
  };
}
