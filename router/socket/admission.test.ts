import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { createRedis, type RedisPart } from '#platform/cache/redis.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { createPlaces } from '#platform/limits/places.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { testRedis, type TestServer } from '#test/stack/index.ts';
import { createAdmission, type Visit } from './admission.ts';

let server: TestServer;
let redis: RedisPart;

beforeAll(async () => {
  server = await testRedis();
  redis = createRedis({ url: server.url, name: 'test', logger });
  await redis.start();
});
beforeEach(async () => void (await redis.client.flushall()));
afterAll(async () => {
  await redis.stop();
  await server.close();
});

const plenty = { connections: 100, operations: 100, messagesPerSecond: 1_000 };
const companyId = v7();
const agent = (agentId = v7()): Identity => ({ kind: 'agent', companyId, agentId, role: 'AGENT', scopes: [] });

function open(limits: { maxSockets?: number; perUser?: object; perAddress?: object }) {
  const metrics = createMetrics({ service: 'test' });
  const admission = createAdmission(
    {
      maxSockets: limits.maxSockets ?? 1_000,
      perUser: { ...plenty, ...limits.perUser },
      perAddress: { ...plenty, ...limits.perAddress },
    },
    createPlaces({ redis, logger, metrics }),
    metrics,
  );
  return {
    enter: (address = '192.0.2.1') => admission.enter(address),
    /** A connection that has to be let in. */
    async visit(address = '192.0.2.1', identity?: Identity): Promise<Visit> {
      const visit = await admission.enter(address);
      if (typeof visit === 'string') throw new Error(`no room: ${visit}`);
      if (identity && (await visit.identify(identity))) throw new Error('no room for the user');
      return visit;
    },
    refusals: async () =>
      [
        ...(await metrics.text()).matchAll(
          /^switchboard_router_admission_refused_total\{.*what="(\w+)",of="(\w+)".*\} (\d+)$/gm,
        ),
      ].map(([, what, of, count]) => `${what} of ${of}: ${count}`),
  };
}

describe('connections', () => {
  it('are let in until the router is full, and again when one has left', async () => {
    const { enter, visit, refusals } = open({ maxSockets: 2 });
    const [first] = [await visit('192.0.2.1'), await visit('192.0.2.2')];
    expect(await enter('192.0.2.3')).toBe('router');
    first?.leave();
    first?.leave();
    await visit('192.0.2.3');
    expect(await enter('192.0.2.4')).toBe('router');
    expect(await refusals()).toEqual(['connection of router: 2']);
  });

  it('of one address are so many, whoever they are of, and take nothing from others', async () => {
    const { enter, visit, refusals } = open({ maxSockets: 3, perAddress: { connections: 2 } });
    await visit('2001:db8::1', agent());
    await visit('2001:db8::2', agent());
    expect(await enter('2001:db8::3')).toBe('address');
    // One that was refused keeps no place in the whole.
    await visit('2001:db8:0:1::1');
    expect(await refusals()).toEqual(['connection of address: 1']);
  });

  it('of one user are so many, wherever they are', async () => {
    const identity = agent();
    const { visit, refusals } = open({ perUser: { connections: 2 } });
    const first = await visit('192.0.2.1', identity);
    await visit('192.0.2.2', identity);
    const third = await visit('192.0.2.3');
    expect(await third.identify(identity)).toBe('user');
    expect(await third.identify(agent())).toBeUndefined();
    first.leave();
    await visit('192.0.2.4', { ...identity, scopes: ['more'] });
    expect(await refusals()).toEqual(['connection of user: 1']);
  });

  it('that leave while it is asked whose they are take no place of the user', async () => {
    const identity = agent();
    const { visit } = open({ perUser: { connections: 1 } });
    const gone = await visit('192.0.2.1');
    const identified = gone.identify(identity);
    gone.leave();
    await identified;
    expect(await (await visit('192.0.2.2')).identify(identity)).toBeUndefined();
  });

  it('are of all routers together', async () => {
    const identity = agent();
    const [one, other] = [open({ perUser: { connections: 1 } }), open({ perUser: { connections: 1 } })];
    await one.visit('192.0.2.1', identity);
    expect(await (await other.visit('192.0.2.2')).identify(identity)).toBe('user');
  });

  it('that were refused their user leave without taking anybody else’s place', async () => {
    const identity = agent();
    const { visit } = open({ perUser: { connections: 1 } });
    await visit('192.0.2.1', identity);
    const refused = await visit('192.0.2.2');
    await refused.identify(identity);
    refused.leave();
    expect(await (await visit('192.0.2.3')).identify(identity)).toBe('user');
  });
});

describe('operations', () => {
  it('of one user are so many over all connections', async () => {
    const identity = agent();
    const { visit, refusals } = open({ perUser: { operations: 2 } });
    const [a, b] = [await visit('192.0.2.1', identity), await visit('192.0.2.2', identity)];
    const end = a?.begin();
    expect(b?.begin()).toBeDefined();
    expect(b?.begin()).toBeUndefined();
    end?.();
    end?.();
    expect(a?.begin()).toBeDefined();
    expect(a?.begin()).toBeUndefined();
    expect(await refusals()).toEqual(['operation of user: 2']);
  });

  it('of one address are so many over all users', async () => {
    const { visit, refusals } = open({ perAddress: { operations: 2 }, perUser: { operations: 2 } });
    const [a, b] = [await visit('192.0.2.1', agent()), await visit('192.0.2.1', agent())];
    a?.begin();
    a?.begin();
    expect(b?.begin()).toBeUndefined();
    expect(await refusals()).toEqual(['operation of address: 1']);
  });
});

describe('messages', () => {
  it('are heard up to five seconds’ worth at once, from one user over all connections', async () => {
    const identity = agent();
    const { visit, refusals } = open({ perUser: { messagesPerSecond: 1 } });
    const [a, b] = [await visit('192.0.2.1', identity), await visit('192.0.2.2', identity)];
    const heard = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? a : b)?.hear());
    expect(heard.filter(Boolean)).toHaveLength(5);
    expect((await visit('192.0.2.1', agent())).hear()).toBe(true);
    expect(await refusals()).toEqual(['message of user: 7']);
  });

  it('are heard from strangers by their address', async () => {
    const { visit, refusals } = open({ perAddress: { messagesPerSecond: 1 } });
    const [a, b] = [await visit('192.0.2.1'), await visit('192.0.2.1')];
    const heard = Array.from({ length: 7 }, (_, n) => (n % 2 === 0 ? a : b)?.hear());
    expect(heard.filter(Boolean)).toHaveLength(5);
    expect((await visit('192.0.2.2')).hear()).toBe(true);
    expect(await refusals()).toEqual(['message of address: 2']);
  });
});
