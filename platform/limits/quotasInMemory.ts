import { LRUCache } from 'lru-cache';
import { SLOT_MS, SLOTS, type Quota, type QuotaState, type QuotaVerdict } from './quota.ts';

/** Holders of one process that are counted at a time; forgetting one lets it begin anew. */
const MAX_KEYS = 50_000;

/** The rule of `quotasInRedis.ts`, for this process alone. @param nowMs Of a clock that never goes back. */
export function createQuotasInMemory(nowMs: () => number = () => Math.floor(performance.now())) {
  /** How much was used in which slot, oldest first. */
  const used = new LRUCache<string, (readonly [slot: number, amount: number])[]>({ max: MAX_KEYS });

  return (quotas: readonly Quota[]): QuotaVerdict => {
    const now = nowMs();
    const slot = Math.floor(now / SLOT_MS);
    const looked = quotas.map((quota) => {
      const slots = (used.get(quota.key) ?? []).filter(([at]) => at > slot - SLOTS);
      return { quota, slots, ...look(quota, slots, now) };
    });
    const waitMs = Math.max(0, ...looked.map((one) => one.waitMs));
    if (waitMs === 0) {
      for (const { quota, slots } of looked) {
        const [at, amount] = slots.at(-1) ?? [slot, 0];
        const before = at === slot ? slots.slice(0, -1) : slots;
        used.set(quota.key, [...before, [slot, (at === slot ? amount : 0) + quota.take]]);
      }
    }
    return { waitMs, states: looked.map((one) => stateAfter(one, waitMs === 0)) };
  };
}

function look({ limit, take }: Quota, slots: readonly (readonly [number, number])[], now: number) {
  const sum = slots.reduce((total, [, amount]) => total + amount, 0);
  const freeAt = (at: number) => (at + SLOTS) * SLOT_MS - now;
  const [oldest] = slots;
  let waitMs = 0;
  for (let left = sum, next = 0; left + take > limit; next += 1) {
    const [at, amount] = slots[next] ?? [];
    // What is more than the limit by itself never fits: after a whole window the answer is the same.
    if (at === undefined || amount === undefined) {
      waitMs = SLOTS * SLOT_MS;
      break;
    }
    left -= amount;
    waitMs = freeAt(at);
  }
  return { sum, waitMs, resetMs: oldest ? freeAt(oldest[0]) : 0 };
}

function stateAfter(
  { quota: { limit, take }, sum, resetMs }: { quota: Quota; sum: number; resetMs: number },
  taken: boolean,
): QuotaState {
  const now = taken ? sum + take : sum;
  return { limit, remaining: Math.max(0, limit - now), resetMs: resetMs > 0 || now === 0 ? resetMs : SLOTS * SLOT_MS };
}
