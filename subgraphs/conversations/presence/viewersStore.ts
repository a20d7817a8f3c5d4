import { z } from 'zod';
import type { ViewersSignal } from '#schema/events/signals.ts';
import type { RedisCalls } from './redisCalls.ts';
import { VIEW, VIEWERS } from './scripts.ts';

/** Who has which conversation before them, in Redis, where it ends by itself. */
export interface ViewersStore {
  /** @returns All who look at the conversation now. Rejects while Redis is away. */
  view(
    place: { readonly companyId: string; readonly conversationId: string },
    by: { readonly agentId: string; readonly deviceId: string },
    isViewing: boolean,
  ): Promise<ViewersSignal['viewers']>;
  /** Agents who look at each of several conversations, in one round trip. Nobody while Redis is away. */
  viewersOf(companyId: string, conversationIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** Clients say it every 20 seconds: two of them may be lost or late. */
const LIFETIME_MS = 45_000;

export function createViewersStore({ redis }: { readonly redis: RedisCalls }): ViewersStore {
  const keyOf = (companyId: string, conversationId: string) => `switchboard:viewers:${companyId}:${conversationId}`;

  return {
    async view({ companyId, conversationId }, { agentId, deviceId }, isViewing) {
      const args = [`${agentId}:${deviceId}`, isViewing ? '1' : '0', LIFETIME_MS];
      const key = keyOf(companyId, conversationId);
      const pairs = await redis.call('view', z.array(z.string()), VIEW, [key], args);
      const leavesIn = new Map<string, number>();
      // Sorted by their ends: the last of an agent's devices counts.
      for (let at = 0; at < pairs.length; at += 2) leavesIn.set(agentOf(pairs[at]), Number(pairs[at + 1]));
      return [...leavesIn].map(([id, leavesInMs]) => ({ agentId: id, leavesInMs }));
    },
    async viewersOf(companyId, conversationIds) {
      const keys = conversationIds.map((id) => keyOf(companyId, id));
      const all = await redis.attempt(redis.call('viewers', z.array(z.array(z.string())), VIEWERS, keys, []), []);
      return new Map(conversationIds.map((id, index) => [id, [...new Set((all[index] ?? []).map(agentOf))]]));
    },
  };
}

function agentOf(member = ''): string {
  return member.split(':', 1)[0] ?? '';
}
