import { WINDOW_MS, type QuotaState } from '#platform/limits/quota.ts';

/** How a key's limits stand. */
export interface Rates {
  readonly requests?: QuotaState;
  readonly cost?: QuotaState;
}

/**
 * As the IETF's draft has them: `RateLimit-Policy` and `RateLimit` with all limits by name
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/), and beside them the three fields of its earlier versions, which
 * most clients read, with the limit of which the smallest share is left.
 */
export function rateLimitHeaders(rates: Rates): ReadonlyMap<string, string> {
  const all = Object.entries(rates) as [keyof Rates, QuotaState][];
  const [tightest] = all.map(([, state]) => state).toSorted((a, b) => a.remaining / a.limit - b.remaining / b.limit);
  if (!tightest) return new Map();
  const window = String(WINDOW_MS / 1_000);
  return new Map([
    ['ratelimit-policy', all.map(([name, { limit }]) => `"${name}";q=${String(limit)};w=${window}`).join(', ')],
    ['ratelimit', all.map(([name, state]) => `"${name}";r=${String(state.remaining)};t=${resetOf(state)}`).join(', ')],
    ['ratelimit-limit', String(tightest.limit)],
    ['ratelimit-remaining', String(tightest.remaining)],
    ['ratelimit-reset', resetOf(tightest)],
  ]);
}

function resetOf({ resetMs }: QuotaState): string {
  return String(Math.ceil(resetMs / 1_000));
}
