import type { Identity } from '#platform/identity/identity.ts';
import type { Meter } from '#platform/limits/meter.ts';
import type { QuotaState } from '#platform/limits/quota.ts';
import { createQuotasInMemory } from '#platform/limits/quotasInMemory.ts';
import type { PartnerKeys } from '../partners/partnerKeys.ts';
import { OperationError } from './errors.ts';
import { rateLimitHeaders, type Rates } from './rateLimitHeaders.ts';

/** How much may be asked in any minute; undefined is without a limit. */
export interface RequestRates {
  readonly agentPerMinute?: number | undefined;
  readonly addressPerMinute?: number | undefined;
}

/**
 * Holds whoever asks to what they may ask for in a minute. A partner's key has two limits, for requests and for what they cost, over
 * all routers; agents and addresses have one each, which every router counts for itself: it keeps one of them from taking the
 * router from the others, and must not cost a round trip.
 */
export interface RequestLimits {
  /** Before it is known who asks. @throws OperationError `RATE_LIMITED` */
  arrive(address: string | undefined): void;
  /** When it is. @returns how a key's limits stand. @throws OperationError `RATE_LIMITED` */
  begin(identity: Identity | undefined): Promise<Rates>;
  /** When it is known what it costs, which is asked of keys only. @throws OperationError `RATE_LIMITED`, `COST_LIMIT_EXCEEDED` */
  spend(identity: Identity | undefined, cost: () => number): Promise<Rates>;
}

export function createRequestLimits(options: {
  readonly meter: Meter;
  readonly keys: Pick<PartnerKeys, 'limitsOf'>;
  readonly rates: RequestRates;
}): RequestLimits {
  const { meter, keys, rates } = options;
  const takeInMemory = createQuotasInMemory();

  function takeOne(key: string, limit: number | undefined): void {
    if (limit === undefined) return;
    const { waitMs } = takeInMemory([{ key, limit, take: 1 }]);
    if (waitMs > 0) throw OperationError.rateLimited(secondsOf(waitMs));
  }

  async function takeOfKey(keyId: string, what: 'requests' | 'cost', limit: number, take: number): Promise<QuotaState> {
    const { waitMs, states } = await meter.take([{ key: `{${keyId}}:${what}`, limit, take }]);
    const state = states[0] ?? { limit, remaining: 0, resetMs: 0 };
    if (waitMs > 0) throw OperationError.rateLimited(secondsOf(waitMs), rateLimitHeaders({ [what]: state }));
    return state;
  }

  return {
    arrive(address) {
      if (address !== undefined) takeOne(`address ${address}`, rates.addressPerMinute);
    },

    async begin(identity) {
      if (identity?.kind === 'agent') takeOne(`agent ${identity.companyId} ${identity.agentId}`, rates.agentPerMinute);
      if (identity?.kind !== 'partner' || identity.keyId === undefined) return {};
      const { requestsPerMinute } = keys.limitsOf(identity.keyId);
      return { requests: await takeOfKey(identity.keyId, 'requests', requestsPerMinute, 1) };
    },

    async spend(identity, cost) {
      if (identity?.kind !== 'partner' || identity.keyId === undefined) return {};
      const { costPerMinute } = keys.limitsOf(identity.keyId);
      const wanted = Math.ceil(cost());
      // It would not fit however long anybody waits.
      if (wanted > costPerMinute) throw OperationError.tooDear(costPerMinute, wanted);
      return { cost: await takeOfKey(identity.keyId, 'cost', costPerMinute, wanted) };
    },
  };
}

function secondsOf(waitMs: number): number {
  return Math.ceil(waitMs / 1_000);
}
