import { JetStreamApiError, StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import type { NatsPart } from '#platform/events/nats.ts';
import { ensureStreams } from '#platform/events/streams.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { SinkError } from './errors.ts';

/** One holder at a time among all processes of the same NATS. */
export interface Lease {
  /** Waits until this process holds it; false when the signal aborted first. */
  acquire(signal: AbortSignal): Promise<boolean>;
  /** @throws SinkError `LEASE_LOST` unless it stays held for the next `ms` milliseconds, whatever happens. */
  assertHeldFor(ms: number): void;
  /** Gives it to whoever comes next. */
  release(): Promise<void>;
  /** Leaves it to run out, which it does not before what {@link Lease.assertHeldFor} promised. */
  abandon(): Promise<void>;
}

/**
 * A message that ages out of its stream unless it is written again, and that is written only by who knows its sequence.
 * Kept on disk, so that a restarted server does not give it to a second holder.
 */
export function createLease(options: {
  readonly nats: NatsPart;
  readonly name: string;
  readonly ttlMs: number;
  readonly logger: Logger;
}): Lease {
  const { nats, name, ttlMs, logger } = options;
  const stream = `LEASE_${name.replaceAll('-', '_').toUpperCase()}`;
  const subject = `leases.${name}`;
  let sequence = 0;
  let heldUntil = -Infinity;
  let renewals = new AbortController();
  let renewing: Promise<void> = Promise.resolve();

  async function write(lastSubjectSequence: number): Promise<void> {
    // Counted from before the server hears of it: the server's own clock for the message starts later.
    const asked = performance.now();
    const answer = await nats.jetstream.publish(subject, '', {
      expect: { lastSubjectSequence },
      timeout: ttlMs / 4,
    });
    sequence = answer.seq;
    heldUntil = asked + ttlMs;
  }

  async function renew(signal: AbortSignal): Promise<void> {
    while (performance.now() < heldUntil) {
      await pause(ttlMs / 4, signal);
      if (signal.aborted) return;
      try {
        await write(sequence);
      } catch (error) {
        logger.warn({ err: error, lease: name }, 'the lease was not renewed');
        if (isRefused(error)) heldUntil = -Infinity;
      }
    }
  }

  async function endRenewals(): Promise<void> {
    renewals.abort();
    await renewing;
  }

  return {
    async acquire(signal) {
      await ensureStreams(nats.manager, [
        {
          name: stream,
          subjects: [subject],
          storage: StorageType.File,
          max_msgs_per_subject: 1,
          max_age: nanos(ttlMs),
          duplicate_window: nanos(Math.min(ttlMs, 1_000)),
        },
      ]);
      while (!signal.aborted) {
        try {
          await write(0);
          renewals = new AbortController();
          renewing = renew(renewals.signal);
          return true;
        } catch (error) {
          if (!isRefused(error)) throw error;
          await pause(ttlMs / 10, signal);
        }
      }
      return false;
    },

    assertHeldFor(ms) {
      if (performance.now() + ms > heldUntil) throw SinkError.leaseLost();
    },

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
