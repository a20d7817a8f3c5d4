import { StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NatsPart } from '#platform/events/nats.ts';
import { ensureStreams } from '#platform/events/streams.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, type TestServer } from '#test/stack/index.ts';
import { openNats } from '../testing/sinkHarness.ts';
import { createLease, type Lease } from './lease.ts';

const TTL_MS = 1_500;
const STREAM = 'LEASES';

let server: TestServer;
let nats: NatsPart;
let other: NatsPart;

beforeAll(async () => {
  server = await testNats();
  [nats, other] = await Promise.all([openNats(server.url), openNats(server.url)]);
  await ensureStreams(nats.manager, [
    {
      name: STREAM,
      subjects: ['leases.>'],
      storage: StorageType.File,
      max_msgs_per_subject: 1,
      max_age: nanos(TTL_MS),
      duplicate_window: nanos(1_000),
    },
  ]);
});

afterAll(async () => {
  await Promise.all([nats?.stop(), other?.stop()]);
  await server?.close();
});

function leaseOn(connection: NatsPart, name: string) {
  return createLease({
    nats: connection,
    stream: STREAM,
    subject: `leases.${name}`,
    ttlMs: TTL_MS,
    logger: silentLogger,
  });
}

/** Resolves as soon as it is free. */
async function acquired(lease: Lease): Promise<void> {
  await eventually(async () => expect(await lease.tryAcquire()).toBe(true));
}

describe('a lease', () => {
  test('is held by one at a time, and passes on when it is released', async () => {
    const [first, second] = [leaseOn(nats, 'pass-on'), leaseOn(other, 'pass-on')];
    await acquired(first);
    expect(await second.tryAcquire()).toBe(false);
    expect(first.isHeldFor(0)).toBe(true);
    expect(second.isHeldFor(0)).toBe(false);
    await first.release();
    expect(await second.tryAcquire()).toBe(true);
    expect(second.isHeldFor(0)).toBe(true);
    expect(first.isHeldFor(0)).toBe(false);
    await second.release();
  });

  test('stays held for longer than its time to live while its holder lives', async () => {
    const [first, second] = [leaseOn(nats, 'renewed'), leaseOn(other, 'renewed')];
    await acquired(first);
    const until = performance.now() + 2 * TTL_MS;
    await eventually(async () => {
      expect(await second.tryAcquire()).toBe(false);
      expect(performance.now()).toBeGreaterThan(until);
    });
    await eventually(() => expect(first.isHeldFor(TTL_MS / 4)).toBe(true));
    await first.release();
  });

  test('stays with its holder when a renewal was made whose answer never came', async () => {
    const [first, second] = [leaseOn(nats, 'unanswered'), leaseOn(other, 'unanswered')];
    await acquired(first);
    const { manager, jetstream } = nats;
    const made = await manager.streams.getMessage(STREAM, { last_by_subj: 'leases.unanswered' });
    // As that renewal would: the holder's next one names a sequence that is not the last any more.
    await jetstream.publish('leases.unanswered', made?.data, { expect: { lastSubjectSequence: made?.seq ?? 0 } });
    const until = performance.now() + 1.5 * TTL_MS;
    await eventually(async () => {
      expect(first.isHeld).toBe(true);
      expect(await second.tryAcquire()).toBe(false);
      expect(performance.now()).toBeGreaterThan(until);
    });
    await first.release();
  });

  test('is lost to who cannot renew it before another one gets it', async () => {
    const cutOff = await openNats(server.url);
    const [first, second] = [leaseOn(cutOff, 'lost'), leaseOn(other, 'lost')];
    await acquired(first);
    await cutOff.stop();
    const taken = acquired(second);
    expect(first.isHeldFor(TTL_MS)).toBe(false);
    await eventually(() => expect(first.isHeld).toBe(false));
    await taken;
    expect(first.isHeldFor(0)).toBe(false);
    await Promise.all([first.release(), second.release()]);
  });

  test('that is abandoned stays taken for as long as it was promised', async () => {
    const [first, second] = [leaseOn(nats, 'abandoned'), leaseOn(other, 'abandoned')];
    await acquired(first);
    await eventually(() => expect(first.isHeldFor(TTL_MS / 2)).toBe(true));
    const promised = performance.now() + TTL_MS / 2;
    await first.abandon();
    expect(first.isHeld).toBe(false);
    await acquired(second);
    expect(performance.now()).toBeGreaterThan(promised);
    await second.release();
  });
});
