import { LRUCache } from 'lru-cache';

const FAILURES_TO_OPEN = 5;
/** Keys with trouble at a time; a forgotten one begins as a good one. */
const MAX_KEYS = 10_000;

/**
 * Leaves alone who is in trouble. After 5 failures in a row of a key it is open for a first pause, then one try is let through:
 * its success closes it, its failure opens it again for twice as long, up to the longest pause.
 */
export interface CircuitBreaker {
  /** 0 when a try may go now, which then has to report; else the milliseconds after which to ask again. */
  enter(key: string): number;
  succeeded(key: string): void;
  failed(key: string): void;
}

/** Absent where all is well. */
type State =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open' | 'halfOpen'; readonly pauseMs: number; readonly until: number };

export interface CircuitBreakerOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** @default 5_000 */
  readonly firstPauseMs?: number;
  /** @default 60_000 */
  readonly longestPauseMs?: number;
}

export function createCircuitBreaker({
  now = () => performance.now(),
  firstPauseMs = 5_000,
  longestPauseMs = 60_000,
}: CircuitBreakerOptions = {}): CircuitBreaker {
  const states = new LRUCache<string, State>({ max: MAX_KEYS });

  function open(key: string, pauseMs: number): void {
    states.set(key, { kind: 'open', pauseMs, until: now() + pauseMs });
  }

  return {
    enter(key) {
      const state = states.get(key);
      if (!state || state.kind === 'closed') return 0;
      const leftMs = state.until - now();
      if (leftMs > 0) return Math.ceil(leftMs);
      // A try that never reports holds the others up for no longer than another pause.
      states.set(key, { kind: 'halfOpen', pauseMs: state.pauseMs, until: now() + state.pauseMs });
      return 0;
    },
    succeeded(key) {
      states.delete(key);
    },
    failed(key) {
      const state = states.get(key);
      if (state && state.kind !== 'closed') {
        // Others that were under way when it opened tell nothing new.
        if (state.kind === 'halfOpen') open(key, Math.min(state.pauseMs * 2, longestPauseMs));
        return;
      }
      const failures = (state?.failures ?? 0) + 1;
      if (failures >= FAILURES_TO_OPEN) open(key, firstPauseMs);
      else states.set(key, { kind: 'closed', failures });
    },
  };
}
