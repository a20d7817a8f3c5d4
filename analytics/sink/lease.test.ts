import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NatsPart } from '#platform/events/nats.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, type TestServer } from '#test/stack/index.ts';
import { openNats } from '../testing/sinkHarness.ts';
import { createLease } from './lease.ts';

const TTL_MS = 1_500;

let server: TestServer;
let nats: NatsPart;
let other: NatsPart;

beforeAll(async () => {
  server = await testNats();
  [nats, other] = await Promise.all([openNats(server.url), openNats(server.url)]);
});

afterAll(async () => {
  await Promise.all([nats?.stop(), other?.stop()]);
  await server?.close();
});

function leaseOn(connection: NatsPart, name: string) {
  return createLease({ nats: connection, name, ttlMs: TTL_MS, logger: silentLogger });
}

const forever = new AbortController().signal;

describe('a lease', () => {
  test('is held by one at a time, and passes on when it is released', async () => {
    const [first, second] = [leaseOn(nats, 'pass-on'), leaseOn(other, 'pass-on')];
    await first.acquire(forever);
    const waiting = second.acquire(forever);
    first.assertHeldFor(0);
    expect(() => second.assertHeldFor(0)).toThrow(/lease ran out/);
    await first.release();
    expect(await waiting).toBe(true);
    second.assertHeldFor(0);
    expect(() => first.assertHeldFor(0)).toThrow(/lease ran out/);
    await second.release();
  });

  test('stays held for longer than its time to live while its holder lives', async () => {
    const [first, second] = [leaseOn(nats, 'renewed'), leaseOn(other, 'renewed')];
    await first.acquire(forever);
    const patience = AbortSignal.timeout(2 * TTL_MS);
    expect(await second.acquire(patience)).toBe(false);
    first.assertHeldFor(TTL_MS / 4);
    await first.release();
  });

  test('is lost to who cannot renew it before another one gets it', async () => {
    const cutOff = await openNats(server.url);
    const [first, second] = [leaseOn(cutOff, 'lost'), leaseOn(other, 'lost')];
    await first.acquire(forever);
    await cutOff.stop();
    const taken = second.acquire(forever);
    expect(() => first.assertHeldFor(TTL_MS)).toThrow(/lease ran out/);
    await eventually(() => expect(() => first.assertHeldFor(0)).toThrow(/lease ran out/));
    expect(await taken).toBe(true);
    expect(() => first.assertHeldFor(0)).toThrow(/lease ran out/);
    await Promise.all([first.release(), second.release()]);
  });

  test('is not waited for any longer when the waiting is called off', async () => {
    const [first, second] = [leaseOn(nats, 'called-off'), leaseOn(other, 'called-off')];
    await first.acquire(forever);
    const off = new AbortController();
    const waiting = second.acquire(off.signal);
    off.abort();
    expect(await waiting).toBe(false);
    await first.release();
  });
});
