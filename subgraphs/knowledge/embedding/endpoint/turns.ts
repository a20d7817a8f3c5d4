import { pause } from '#platform/lifecycle/backoff.ts';
import type { Quota, QuotaVerdict } from '#platform/limits/quota.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { EmbedderError } from '../embedder.ts';
import { createFairLine, type Waiting } from './fairLine.ts';

/** What an endpoint lets us do in a minute; undefined: as much as we like. */
export interface EndpointLimits {
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

export interface Turn extends Waiting {
  readonly tokens: number;
  /** Until when it is worth while, by `performance.now()`. */
  readonly until: number;
  readonly signal?: AbortSignal | undefined;
}

/** Whose request goes to an endpoint next. */
export interface Turns {
  /** As many tokens as a request may have at the most. */
  readonly mostTokens: number;
  /**
   * Resolves when the request may go, and at once for who is gone.
   *
   * @throws EmbedderError `UNAVAILABLE` when that would be too late.
   */
  take(turn: Turn): Promise<void>;
  /** The endpoint wants to be left alone. */
  rest(ms: number): void;
}

/** What goes on in the background leaves so much of the limits to those who wait. */
const BACKGROUND_SHARE = 0.8;
/** What an endpoint without limits takes at a time. */
const MOST_TOKENS = 100_000;
/** For who has waited for as long as they can. */
const ASK_AGAIN_MS = 1_000;

interface Waiter extends Turn {
  isOver: boolean;
  settle(error?: EmbedderError): void;
}

/**
 * Lets requests go one after another, as the limits allow: those that somebody waits for first, and of each the companies in turn,
 * so that the import of one keeps nobody else waiting for long.
 *
 * @param options.name What the limits are of: processes with the same name share them.
 * @param options.take Counts; see `platform/limits/meter.ts`.
 */
export function createTurns(options: {
  readonly name: string;
  readonly limits: EndpointLimits;
  readonly take: (quotas: readonly Quota[]) => QuotaVerdict | Promise<QuotaVerdict>;
  readonly metrics: Metrics;
}): Turns {
  const { name, limits, take } = options;
  const { requestsPerMinute, tokensPerMinute } = limits;
  const line = createFairLine<Waiter>();
  const seconds = options.metrics.histogram(
    'switchboard_embeddings_wait_seconds',
    'Time that requests to the embedding endpoint waited for their turn',
    ['outcome'],
  );
  let restsUntil = 0;
  let isPumping = false;
  let wake = new AbortController();

  const mostTokens = Math.min(MOST_TOKENS, Math.floor((tokensPerMinute ?? Infinity) * BACKGROUND_SHARE));

  function quotasOf({ tokens, background }: Turn): Quota[] {
    const share = (limit: number) => (background ? Math.max(1, Math.floor(limit * BACKGROUND_SHARE)) : limit);
    const quota = (of: string, limit: number | undefined, wanted: number): Quota[] =>
      limit === undefined
        ? []
        : [{ key: `{embeddings:${name}}:${of}`, limit: share(limit), take: Math.min(wanted, share(limit)) }];
    return [...quota('requests', requestsPerMinute, 1), ...quota('tokens', tokensPerMinute, tokens)];
  }

  async function waitOf(turn: Turn): Promise<number> {
    const restMs = restsUntil - performance.now();
    if (restMs > 0) return restMs;
    const quotas = quotasOf(turn);
    return quotas.length === 0 ? 0 : (await take(quotas)).waitMs;
  }

  async function pump(): Promise<void> {
    isPumping = true;
    for (let next = line.first; next; next = line.first) {
      const woken = wake.signal;
      const waitMs = await waitOf(next);
      if (next.isOver) continue;
      if (waitMs === 0) next.settle();
      else if (performance.now() + waitMs > next.until) next.settle(EmbedderError.busy(waitMs));
      // Somebody who comes meanwhile may go before, and whoever is first may leave.
      else await pause(waitMs, woken);
    }
    isPumping = false;
  }

  function stir(): void {
    wake.abort();
    wake = new AbortController();
    if (!isPumping) void pump();
  }

  return {
    mostTokens,
    take: (turn) =>
      new Promise((resolve, reject) => {
        const since = performance.now();
        const leave = () => waiter.settle();
        const late = setTimeout(() => waiter.settle(EmbedderError.busy(ASK_AGAIN_MS)), Math.max(0, turn.until - since));
        const waiter: Waiter = {
          ...turn,
          isOver: false,
          settle(error) {
            if (waiter.isOver) return;
            waiter.isOver = true;
            clearTimeout(late);
            turn.signal?.removeEventListener('abort', leave);
            line.remove(waiter);
            seconds.observe({ outcome: error ? 'refused' : 'went' }, (performance.now() - since) / 1_000);
            if (error) reject(error);
            else resolve();
            if (isPumping) stir();
          },
        };
        turn.signal?.addEventListener('abort', leave, { once: true });
        if (turn.signal?.aborted) return leave();
        line.add(waiter);
        stir();
      }),
    rest(ms) {
      restsUntil = Math.max(restsUntil, performance.now() + ms);
    },
  };
}
