import { StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { v7 } from 'uuid';
import type { NatsPart } from '#platform/events/nats.ts';
import { ensureStreams } from '#platform/events/streams.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { SinkError } from './errors.ts';
import { createLease, type Lease } from './lease.ts';
import { allShares, exclusively, sharesOf } from './shares.ts';

const STREAM = 'LEASE_ANALYTICS_SINK';
const ROOT = 'leases.analytics-sink';
const SHARE = `${ROOT}.shares`;
const MEMBER = `${ROOT}.members`;

const LOOK_EVERY_MS = 20;

/** The part of the companies that this process writes, and nobody else meanwhile. */
export interface Claim {
  /** Begins to take part: from then on the others leave this process its part. */
  start(): Promise<void>;
  /** Gives back what falls to others, and waits until something is held that falls to this process; none when the signal aborted. */
  next(signal: AbortSignal): Promise<readonly number[]>;
  /** Whether {@link Claim.next} would give other ones than it gave, or give some back: somebody came, or went. */
  readonly isStale: boolean;
  /**
   * Resolves when all that `next` gave stays held for so long, whatever happens.
   *
   * @throws SinkError `LEASE_LOST` when some of it is not held any more.
   */
  heldFor(ms: number): Promise<void>;
  /** Gives all of it to others. */
  release(): Promise<void>;
  /** Leaves all of it to run out, later than anything that {@link Claim.heldFor} allowed. */
  abandon(): Promise<void>;
  /** Takes part no more. */
  stop(): Promise<void>;
}

/**
 * Each share has a lease, each process says that it is there by a message that ages out like one, and what falls to whom follows
 * from who is there. Where two see others, for a moment, the leases hold: a share waits, and is never written by two.
 *
 * @param options.ttlMs How long after the death of a process others take its shares.
 * @param options.exclusive Wants all of them; the others give them up when they have written what they have in hand.
 */
export function createClaim(options: {
  readonly nats: NatsPart;
  readonly ttlMs: number;
  readonly logger: Logger;
  readonly exclusive?: boolean;
}): Claim {
  const { nats, ttlMs, logger } = options;
  const member = options.exclusive ? exclusively(v7()) : v7();
  const beatMs = ttlMs / 8;
  const leases = new Map<number, Lease>(
    allShares.map((share) => [
      share,
      createLease({ nats, stream: STREAM, subject: `${SHARE}.${String(share)}`, ttlMs, logger }),
    ]),
  );
  let falls: readonly number[] = [];
  let given: readonly number[] = [];
  let ending = new AbortController();
  let beating: Promise<void> = Promise.resolve();

  const held = () => [...leases].filter(([, lease]) => lease.isHeld).map(([share]) => share);

  async function beat(): Promise<void> {
    await nats.jetstream.publish(`${MEMBER}.${member}`, '', { timeout: ttlMs / 4 });
    const { state } = await nats.manager.streams.info(STREAM, { subjects_filter: `${ROOT}.>` });
    const subjects = Object.keys(state.subjects ?? {});
    falls = sharesOf(
      member,
      subjects.filter((one) => one.startsWith(MEMBER)).map((one) => one.slice(MEMBER.length + 1)),
    );
    const taken = new Set(subjects);
    for (const share of falls) {
      const lease = leases.get(share);
      if (!lease || lease.isHeld || taken.has(`${SHARE}.${String(share)}`)) continue;
      await lease.tryAcquire();
    }
  }

  async function beatOn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await beat().catch((error: unknown) => logger.debug({ err: error }, 'could not look for shares'));
      await pause(beatMs, signal);
    }
  }

  /** The other side may be away: what is left there ages out by itself. */
  async function each(shares: readonly number[], end: (lease: Lease) => Promise<void>): Promise<void> {
    const ends = shares.map(async (share) => {
      const lease = leases.get(share);
      if (lease) await end(lease);
    });
    for (const result of await Promise.allSettled(ends)) {
      if (result.status === 'rejected') {
        logger.debug({ err: result.reason as unknown }, 'a lease was left behind in NATS');
      }
    }
  }

  const mine = () => held().filter((share) => falls.includes(share));

  return {
    async start() {
      await ensureLeases(nats, ttlMs);
      ending = new AbortController();
      beating = beatOn(ending.signal);
    },

    async next(signal) {
      given = [];
      while (!signal.aborted) {
        const surplus = held().filter((share) => !falls.includes(share));
        await each(surplus, (lease) => lease.release());
        // Somebody who wants everything for a while is content with everything only.
        const enough = options.exclusive ? allShares.length : 1;
        if (mine().length >= enough) return (given = mine());
        await pause(beatMs / 4, signal);
      }
      return [];
    },

    get isStale() {
      // Also what it has taken since, from one who was gone, and that falls to another by now: nobody would write it.
      const now = held();
      return now.length !== given.length || now.some((share) => !given.includes(share) || !falls.includes(share));
    },

    async heldFor(ms) {
      for (;;) {
        const wanted = given.flatMap((share) => leases.get(share) ?? []);
        if (wanted.length === 0 || wanted.some((lease) => !lease.isHeld)) throw SinkError.leaseLost();
        if (wanted.every((lease) => lease.isHeldFor(ms))) return;
        // A renewal that is late, on a machine that is busy, is no reason to begin anew.
        await pause(LOOK_EVERY_MS);
      }
    },

    release: () => each(held(), (lease) => lease.release()),
    abandon: () => each(allShares, (lease) => lease.abandon()),

    async stop() {
      ending.abort();
      await beating;
      await each(held(), (lease) => lease.release());
      try {
        await nats.manager.streams.purge(STREAM, { filter: `${MEMBER}.${member}` });
      } catch (error) {
        logger.debug({ err: error }, 'others will notice by its age that this one went');
      }
    },
  };
}

/**
 * What one of all processes does, whichever: a lease beside those of the shares.
 *
 * @param options.name What it is for.
 */
export function createTurn(options: {
  readonly nats: NatsPart;
  readonly name: string;
  readonly ttlMs: number;
  readonly logger: Logger;
}): Lease {
  const { nats, ttlMs } = options;
  const lease = createLease({ ...options, stream: STREAM, subject: `${ROOT}.turns.${options.name}` });
  return {
    ...lease,
    get isHeld() {
      return lease.isHeld;
    },
    async tryAcquire() {
      await ensureLeases(nats, ttlMs);
      return lease.tryAcquire();
    },
  };
}

async function ensureLeases({ manager }: NatsPart, ttlMs: number): Promise<void> {
  await ensureStreams(manager, [
    {
      name: STREAM,
      subjects: [`${ROOT}.>`],
      // On disk, so that a restarted server does not give a share to a second holder.
      storage: StorageType.File,
      max_msgs_per_subject: 1,
      max_age: nanos(ttlMs),
      duplicate_window: nanos(Math.min(ttlMs, 1_000)),
    },
  ]);
}
