import { JetStreamApiError } from '@nats-io/jetstream';
import { v7 } from 'uuid';
import type { NatsPart } from '#platform/events/nats.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** In the life of a lease: what writes wants four seconds of it left. */
const RENEWALS = 8;

/** One holder at a time among all processes of the same NATS. */
export interface Lease {
  readonly isHeld: boolean;
  /** Whether it stays held for the next `ms` milliseconds, whatever happens. */
  isHeldFor(ms: number): boolean;
  /** Takes it if it is free; it stays held for as long as this process lives and reaches NATS. */
  tryAcquire(): Promise<boolean>;
  /** Gives it to whoever comes next. */
  release(): Promise<void>;
  /** Leaves it to run out, which it does not before what {@link Lease.isHeldFor} promised. */
  abandon(): Promise<void>;
}

/**
 * A message that ages out of its stream unless it is written again, and that is written only by who knows its sequence.
 *
 * @param options.stream Keeps one message of each subject for `ttlMs`; see {@link ensureLeases}.
 */
export function createLease(options: {
  readonly nats: NatsPart;
  readonly stream: string;
  readonly subject: string;
  readonly ttlMs: number;
  readonly logger: Logger;
}): Lease {
  const { nats, stream, subject, ttlMs, logger } = options;
  /** Says in the stream whose it is. */
  const holder = v7();
  let sequence = 0;
  let heldUntil = -Infinity;
  let renewals = new AbortController();
  let renewing: Promise<void> = Promise.resolve();

  async function write(lastSubjectSequence: number): Promise<void> {
    // Counted from before the server hears of it: the server's own clock for the message starts later.
    const asked = performance.now();
    const answer = await nats.jetstream.publish(subject, holder, {
      expect: { lastSubjectSequence },
      timeout: ttlMs / 4,
    });
    sequence = answer.seq;
    heldUntil = asked + ttlMs;
  }

  /** A renewal whose answer did not come in time may have been made: then the next one names the wrong sequence, and is made again at once. */
  async function isStillOurs(): Promise<boolean> {
    const last = await nats.manager.streams.getMessage(stream, { last_by_subj: subject }).catch(() => null);
    if (last?.string() !== holder) return false;
    sequence = last.seq;
    return true;
  }

  async function renew(signal: AbortSignal): Promise<void> {
    let isKnownAnew = false;
    while (performance.now() < heldUntil) {
      if (!isKnownAnew) await pause(ttlMs / RENEWALS, signal);
      if (signal.aborted) return;
      isKnownAnew = false;
      try {
        await write(sequence);
      } catch (error) {
        logger.warn({ err: error, lease: subject }, 'the lease was not renewed');
        if (!isRefused(error)) continue;
        isKnownAnew = await isStillOurs();
        if (!isKnownAnew) heldUntil = -Infinity;
      }
    }
  }

  async function endRenewals(): Promise<void> {
    renewals.abort();
    await renewing;
  }

  return {
    get isHeld() {
      return performance.now() < heldUntil;
    },

    async tryAcquire() {
      await endRenewals();
      try {
        await write(0);
      } catch (error) {
        if (!isRefused(error)) throw error;
        return false;
      }
      renewals = new AbortController();
      renewing = renew(renewals.signal);
      return true;
    },

    isHeldFor: (ms) => performance.now() + ms <= heldUntil,

    async release() {
      await endRenewals();
      const held = performance.now() < heldUntil;
      heldUntil = -Infinity;
      if (held) await nats.manager.streams.deleteMessage(stream, sequence);
    },

    async abandon() {
      await endRenewals();
      heldUntil = -Infinity;
    },
  };
}

/** Somebody else wrote meanwhile. */
function isRefused(error: unknown): boolean {
  const WRONG_LAST_SEQUENCE = 10_071;
  return error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE;
}
