import { createHmac } from 'node:crypto';
import { createHistogram } from 'node:perf_hooks';
import { Agent, request } from 'undici';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';

/** Where updates go, and what marks them as the platform's own: a header of theirs, made of the body or not. */
export interface Target {
  readonly url: string;
  readonly mark: (body: string) => Readonly<Record<string, string>>;
}

/** What a platform posts when somebody wrote. */
export interface Update {
  /** Under which the platform knows the message: unique within the channel. */
  readonly externalId: string;
  readonly body: string;
  /** What it posts of the message after that one was taken, in this order. Not counted. @default [] */
  readonly afterwards?: readonly string[] | undefined;
}

const TELEGRAM_SECRET_HEADER = 'x-telegram-bot-api-secret-token';

/** A bot's address. */
export function telegramTarget(url: string, secret: string): Target {
  return { url, mark: () => ({ [TELEGRAM_SECRET_HEADER]: secret }) };
}

/** The address of all accounts at Meta. @param appSecret Of the app that they are connected by. */
export function metaTarget(url: string, appSecret: string): Target {
  return {
    url,
    mark: (body) => ({ 'x-hub-signature-256': `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}` }),
  };
}

export interface TrafficOptions {
  readonly next: () => { readonly target: Target; readonly update: Update };
  /** Messages a second. */
  readonly rate: number;
  readonly durationMs: number;
  /** How long an update is sent again, from its first try. @default 120_000 // 2 minutes */
  readonly patienceMs?: number | undefined;
  /** Share of messages that are sent twice, as platforms do that lost an answer. @default 0.03 */
  readonly repeated?: number | undefined;
  /** Ends the sending early; what is under way is still brought to an end. */
  readonly signal: AbortSignal;
  /** Called for each distinct message when it is answered 200. */
  readonly onAcknowledged?: ((externalId: string) => void) | undefined;
  /** Called once a second. */
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  readonly seconds: number;
  /** Distinct messages. */
  readonly sent: number;
  /** Distinct messages that were answered 200. */
  readonly acknowledged: number;
  /** Answers and failures other than 200, each try counted. */
  readonly others: number;
  /** Milliseconds from a try to its 200: over the last second in progress, over all of it in the result. */
  readonly p50: number;
  readonly p99: number;
}

export interface TrafficResult extends Progress {
  /** In the order of the answers. */
  readonly acknowledgedIds: readonly string[];
  readonly neverAcknowledgedIds: readonly string[];
}

const REQUEST_LIMIT_MS = 10_000;
/** With the stack away, sending waits instead of piling up. */
const MAX_UNDER_WAY = 2_000;

/**
 * Sends at a steady pace, whatever the answers take, and each update again until it is answered 200, as platforms do.
 */
export async function sendTraffic(options: TrafficOptions): Promise<TrafficResult> {
  const { rate, durationMs, patienceMs = 120_000, repeated = 0.03, signal } = options;
  const agent = new Agent({ connections: 128 });
  const total = createHistogram();
  const second = createHistogram();
  const acknowledged = new Set<string>();
  const never: string[] = [];
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let sent = 0;
  let others = 0;
  let roomMade: (() => void) | undefined;

  async function attempt({ url, mark }: Target, body: string): Promise<boolean> {
    const since = performance.now();
    try {
      const response = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...mark(body) },
        body,
        dispatcher: agent,
        signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      });
      await response.body.dump();
      if (response.statusCode !== 200) return false;
    } catch {
      return false;
    }
    const microseconds = Math.max(1, Math.round((performance.now() - since) * 1_000));
    total.record(microseconds);
    second.record(microseconds);
    return true;
  }

  /** False when it never was. */
  async function untilTaken(target: Target, body: string): Promise<boolean> {
    const deadline = performance.now() + patienceMs;
    for (let tries = 1; ; tries++) {
      if (await attempt(target, body)) return true;
      others += 1;
      if (performance.now() > deadline) return false;
      await pause(backoff(tries, { baseMs: 200, capMs: 2_000 }));
    }
  }

  async function deliver(target: Target, { externalId, body, afterwards = [] }: Update): Promise<void> {
    if (!(await untilTaken(target, body))) return void never.push(externalId);
    if (!acknowledged.has(externalId)) options.onAcknowledged?.(externalId);
    acknowledged.add(externalId);
    for (const later of afterwards) await untilTaken(target, later);
  }

  function start(target: Target, update: Update): void {
    const delivery = deliver(target, update).finally(() => {
      underWay.delete(delivery);
      roomMade?.();
    });
    underWay.add(delivery);
  }

  function progress(histogram: typeof total): Progress {
    const ms = (percentile: number) => (histogram.count ? histogram.percentile(percentile) / 1_000 : 0);
    const seconds = (performance.now() - startedAt) / 1_000;
    return { seconds, sent, acknowledged: acknowledged.size, others, p50: ms(50), p99: ms(99) };
  }

  const reporting = setInterval(() => {
    options.onProgress(progress(second));
    second.reset();
  }, 1_000);
  try {
    // The n-th message has its time from the start: a late one does not delay those after it.
    for (; !signal.aborted && (sent / rate) * 1_000 < durationMs; sent++) {
      const earlyMs = startedAt + (sent / rate) * 1_000 - performance.now();
      if (earlyMs > 0) await pause(earlyMs, signal);
      if (signal.aborted) break;
      // Not a race of them all, which would be told to each of thousands of promises, each time.
      if (underWay.size >= MAX_UNDER_WAY) await new Promise<void>((resolve) => (roomMade = resolve));
      const { target, update } = options.next();
      start(target, update);
      if (Math.random() < repeated) start(target, update);
    }
    await Promise.all(underWay);
  } finally {
    clearInterval(reporting);
    await agent.close();
  }
  const neverAcknowledgedIds = [...new Set(never)].filter((id) => !acknowledged.has(id));
  return { ...progress(total), acknowledgedIds: [...acknowledged], neverAcknowledgedIds };
}
