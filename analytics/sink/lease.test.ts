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
    first.assertHeldFor(0);
    expect(() => second.assertHeldFor(0)).toThrow(/lease ran out/);
    await first.release();
    expect(await second.tryAcquire()).toBe(true);
    second.assertHeldFor(0);
    expect(() => first.assertHeldFor(0)).toThrow(/lease ran out/);
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
    first.assertHeldFor(TTL_MS / 4);
    await first.release();
  });

  test('is lost to who cannot renew it before another one gets it', async () => {
    const cutOff = await openNats(server.url);
    const [first, second] = [leaseOn(cutOff, 'lost'), leaseOn(other, 'lost')];
    await acquired(first);
    await cutOff.stop();
    const taken = acquired(second);
    expect(() => first.assertHeldFor(TTL_MS)).toThrow(/lease ran out/);
    await eventually(() => expect(first.isHeld).toBe(false));
    await taken;
    expect(() => first.assertHeldFor(0)).toThrow(/lease ran out/);
    await Promise.all([first.release(), second.release()]);
  });

  test('that is abandoned stays taken for as long as it was promised', async () => {
    const [first, second] = [leaseOn(nats, 'abandoned'), leaseOn(other, 'abandoned')];
    await acquired(first);
    first.assertHeldFor(TTL_MS / 2);
    const promised = performance.now() + TTL_MS / 2;
    await first.abandon();
    expect(first.isHeld).toBe(false);
    await acquired(second);
    expect(performance.now()).toBeGreaterThan(promised);
    await second.release();
  });
});
