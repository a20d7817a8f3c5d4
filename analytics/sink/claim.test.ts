import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { NatsPart } from '#platform/events/nats.ts';
import { EVENTS } from '#platform/events/streams.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, type TestServer } from '#test/stack/index.ts';
import { openNats } from '../testing/sinkHarness.ts';
import { createClaim, type Claim } from './claim.ts';
import { allShares } from './shares.ts';
import { openReader } from './streamReader.ts';

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

/** Resolves when all who are there have looked around, and have looked at what they saw. */
async function allHaveLooked(): Promise<void> {
  const beats = async () => {
    const stream = 'LEASE_ANALYTICS_SINK';
    const { state } = await nats.manager.streams.info(stream, { subjects_filter: 'leases.analytics-sink.members.>' });
    const subjects = Object.keys(state.subjects ?? {});
    const last = await Promise.all(
      subjects.map((subject) => nats.manager.streams.getMessage(stream, { last_by_subj: subject })),
    );
    return new Map(last.map((message, at) => [subjects[at], message?.seq]));
  };
  for (let times = 0; times < 2; times++) {
    const before = await beats();
    await eventually(async () => {
      const now = await beats();
      for (const [subject, sequence] of before) expect(now.get(subject)).not.toBe(sequence);
    });
  }
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

  test('gives up what it took of one who went when another has come before it asks again', async () => {
    const first = await takePart();
    await until(first, 16);
    const second = await takePart();
    await Promise.all([until(first, 8), until(second, 8)]);
    await second.stop();
    await eventually(() => expect(first.isStale).toBe(true));
    const third = await takePart();
    await allHaveLooked();
    const [one, other] = await Promise.all([until(first, 8), until(third, 8)]);
    expect([...one, ...other].toSorted((a, b) => a - b)).toEqual(allShares);
  });

  test('gets what another one had who died', async () => {
    const dying = await openNats(server.url);
    const first = await takePart(dying);
    await until(first, 16);
    const second = await takePart();
    await dying.stop();
    expect(await until(second, 16)).toEqual(allShares);
    await expect(first.heldFor(0)).rejects.toThrow(/lease ran out/);
  });

  test('gives everything to who wants all of it, when it is asked the next time, and has it back afterwards', async () => {
    const writer = await takePart();
    await until(writer, 16);
    const alone = await takePart(nats, true);
    let got: readonly number[] = [];
    const asked = alone.next(forever).then((shares) => (got = shares));
    await eventually(() => expect(writer.isStale).toBe(true));
    expect(got).toEqual([]);
    await writer.heldFor(0);
    const back = writer.next(forever);
    await asked;
    expect(got).toEqual(allShares);
    await expect(writer.heldFor(0)).rejects.toThrow(/lease ran out/);
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

describe('what is read of the stream at once', () => {
  test('is asked for in pieces, for what keeps a claim is answered behind them', async () => {
    const count = 11_000;
    const subject = `events.conversation.${v7()}.opened`;
    for (let sent = 0; sent < count; sent++) nats.connection.publish(subject);
    await eventually(async () => {
      const { state } = await nats.manager.streams.info(EVENTS.name);
      expect(state.messages).toBe(count);
    });
    const pieces: number[] = [];
    nats.connection.subscribe(`$JS.API.CONSUMER.MSG.NEXT.${EVENTS.name}.>`, {
      callback: (_error, request) => void pieces.push(request.json<{ batch: number }>().batch),
    });
    const reader = await openReader({ nats, stream: EVENTS.name, filterSubject: subject, startSequence: 1 });
    const sequences: number[] = [];
    while (sequences.length < count) await reader.read(50_000, ({ seq }) => void sequences.push(seq));
    expect(sequences).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    await eventually(() => expect(pieces.length).toBeGreaterThan(1));
    expect(Math.max(...pieces)).toBe(5_000);
    await reader.close();
  });
});
