import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { NatsPart } from '#platform/events/nats.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, type TestServer } from '#test/stack/index.ts';
import { openNats } from '../testing/sinkHarness.ts';
import { createClaim, type Claim } from './claim.ts';
import { allShares } from './shares.ts';

const TTL_MS = 1_200;

let server: TestServer;
let nats: NatsPart;
const claims: Claim[] = [];
const forever = new AbortController().signal;

beforeAll(async () => {
  server = await testNats();
  nats = await openNats(server.url);
});
afterEach(async () => {
  for (const claim of claims.splice(0)) await claim.stop();
});
afterAll(async () => {
  await nats?.stop();
  await server?.close();
});

async function takePart(connection = nats, exclusive = false): Promise<Claim> {
  const claim = createClaim({ nats: connection, ttlMs: TTL_MS, logger: silentLogger, exclusive });
  claims.push(claim);
  await claim.start();
  return claim;
}

/** Asks on as the sink does, whenever others fall to it, until it has so many. */
async function until(claim: Claim, count: number): Promise<readonly number[]> {
  let shares: readonly number[] = [];
  await eventually(async () => {
    if (claim.isStale) shares = await claim.next(AbortSignal.timeout(TTL_MS));
    expect(shares).toHaveLength(count);
  });
  return shares;
}

describe('a claim', () => {
  test('has everything while nobody else is there, and shares it with who comes and who goes', async () => {
    const first = await takePart();
    expect(await until(first, 16)).toEqual(allShares);
    const second = await takePart();
    const [one, other] = await Promise.all([until(first, 8), until(second, 8)]);
    expect([...one, ...other].toSorted((a, b) => a - b)).toEqual(allShares);
    await second.stop();
    expect(await until(first, 16)).toEqual(allShares);
  });

  test('gets what another one had who died', async () => {
    const dying = await openNats(server.url);
    const first = await takePart(dying);
    await until(first, 16);
    const second = await takePart();
    await dying.stop();
    expect(await until(second, 16)).toEqual(allShares);
    expect(() => first.assertHeldFor(0)).toThrow(/lease ran out/);
  });

  test('gives everything to who wants all of it, when it is asked the next time, and has it back afterwards', async () => {
    const writer = await takePart();
    await until(writer, 16);
    const alone = await takePart(nats, true);
    let got: readonly number[] = [];
    const asked = alone.next(forever).then((shares) => (got = shares));
    await eventually(() => expect(writer.isStale).toBe(true));
    expect(got).toEqual([]);
    writer.assertHeldFor(0);
    const back = writer.next(forever);
    await asked;
    expect(got).toEqual(allShares);
    expect(() => writer.assertHeldFor(0)).toThrow(/lease ran out/);
    await alone.stop();
    expect((await back).length).toBeGreaterThan(0);
  });

  test('waits no longer when the waiting is called off', async () => {
    const writer = await takePart();
    await until(writer, 16);
    const alone = await takePart(nats, true);
    expect(await alone.next(AbortSignal.timeout(100))).toEqual([]);
  });
});
