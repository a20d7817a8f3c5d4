import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { createRedis, type RedisPart } from '#platform/cache/redis.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { Presence } from '#schema/events/values.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testRedis, type TestServer } from '#test/stack/index.ts';
import { recordPresence } from '../commands/recordPresence.ts';
import { heartbeat, setAway } from '../commands/tellPresence.ts';
import { openInbox, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { createPresenceStore, type PresenceStore } from './presenceStore.ts';
import { createPresenceWatch } from './presenceWatch.ts';
import { createRedisCalls } from './redisCalls.ts';

const SOON_MS = 300;

describe('presence', () => {
  let inbox: TestInbox;
  let server: TestServer;
  let redis: RedisPart;
  let acme: TestCompany;
  let presence: PresenceStore;
  let brief: PresenceStore;
  const metrics = createMetrics({ service: 'presence' });

  beforeAll(async () => {
    [inbox, server] = await Promise.all([openInbox(), testRedis()]);
    redis = createRedis({ url: server.url, name: 'test', logger });
    await redis.start();
    const calls = createRedisCalls({ redis, limitMs: 30_000, logger, metrics });
    presence = createPresenceStore({ redis: calls, deviceLifetimeMs: 60_000 });
    brief = createPresenceStore({ redis: calls, deviceLifetimeMs: SOON_MS });
  });
  beforeEach(async () => {
    await redis.client.flushall();
    await presence.markKnown();
    acme = await inbox.addCompany();
    await inbox.told();
  });
  afterAll(async () => {
    await redis.stop();
    await Promise.all([inbox.close(), server.close()]);
  });

  const beat = (deviceId: string, state: Presence, { identity = acme.ada, store = presence } = {}) =>
    heartbeat({ identity, database: inbox.database, presence: store }, { deviceId, state });
  const choose = (isAway: boolean) => setAway({ identity: acme.ada, database: inbox.database, presence }, { isAway });
  const stateOf = async ({ companyId, agentId } = acme.ada) =>
    (await presence.statesOf(companyId, [agentId])).get(agentId);
  const told = async () =>
    (await inbox.told()).flatMap(({ companyId, data }) =>
      companyId === acme.companyId && 'presence' in data ? [[data.agentId, data.presence]] : [],
    );
  const watch = () => createPresenceWatch({ database: inbox.database, presence: brief, logger, metrics });

  test('is that of the most present device: online with any, away with idle ones only, offline with none', async () => {
    const states: unknown[] = [];
    for (const [device, state] of [
      ['laptop', 'AWAY'],
      ['phone', 'ONLINE'],
      ['laptop', 'OFFLINE'],
      ['phone', 'AWAY'],
      ['phone', 'OFFLINE'],
    ] as const) {
      states.push((await beat(device, state)).presence);
    }
    expect(states).toEqual(['AWAY', 'ONLINE', 'ONLINE', 'AWAY', 'OFFLINE']);
    const { agentId } = acme.ada;
    expect(await told()).toEqual(['AWAY', 'ONLINE', 'AWAY', 'OFFLINE'].map((state) => [agentId, state]));
  });

  test('is told once for each change, with its time, however often a device says the same', async () => {
    for (let n = 0; n < 5; n++) await beat('laptop', 'ONLINE');
    const events = await inbox.told();
    const [event] = events;
    expect(events).toMatchObject([{ type: 'conversation.agent.presence', data: { presence: 'ONLINE' } }]);
    const since = event && 'since' in event.data ? Date.parse(event.data.since) : 0;
    expect(Math.abs(Date.now() - since)).toBeLessThan(10_000);
  });

  test('chosen away holds on all devices, and over a time without any, until it is taken back', async () => {
    await beat('laptop', 'ONLINE');
    await choose(true);
    expect((await beat('phone', 'ONLINE')).presence).toBe('AWAY');
    for (const device of ['laptop', 'phone']) await beat(device, 'OFFLINE');
    expect((await beat('laptop', 'ONLINE')).presence).toBe('AWAY');
    await choose(false);
    expect(await stateOf()).toBe('ONLINE');
  });

  test('ends by itself, and one of many who watch tells it', async () => {
    const watches = Array.from({ length: 5 }, watch);
    await Promise.all(watches.map((part) => part.start()));
    try {
      await beat('laptop', 'ONLINE', { identity: acme.ben });
      await beat('laptop', 'ONLINE', { store: brief });
      await eventually(async () => expect(await stateOf()).toBe('OFFLINE'));
      const seen: unknown[] = [];
      await eventually(async () => {
        seen.push(...(await told()));
        expect(seen).toHaveLength(3);
      });
      expect(seen).toEqual([
        [acme.ben.agentId, 'ONLINE'],
        [acme.ada.agentId, 'ONLINE'],
        [acme.ada.agentId, 'OFFLINE'],
      ]);
      expect(await stateOf(acme.ben)).toBe('ONLINE');
    } finally {
      await Promise.all(watches.map((part) => part.stop()));
    }
    expect(await told()).toEqual([]);
    expect(await redis.client.exists(`switchboard:presence:agent:${acme.companyId}:${acme.ada.agentId}`)).toBe(0);
  });

  test('that a process saw and did not write down before it died is told by another', async () => {
    await presence.beat(acme.ada, 'laptop', 'ONLINE');
    // As 10 seconds later, when a confirmation should have come.
    await redis.client.zadd('switchboard:presence:due', 1, `${acme.companyId}:${acme.ada.agentId}`);
    const part = watch();
    await part.start();
    await eventually(async () => expect(await told()).toEqual([[acme.ada.agentId, 'ONLINE']]));
    await part.stop();
  });

  test('seen earlier and written down later changes nothing', async () => {
    const first = await presence.beat(acme.ada, 'laptop', 'ONLINE');
    const second = await presence.beat(acme.ada, 'laptop', 'AWAY');
    await recordPresence(inbox.database, acme.ada, second);
    await recordPresence(inbox.database, acme.ada, first);
    expect(await told()).toEqual([[acme.ada.agentId, 'AWAY']]);
  });

  test('is looked after again when Redis has lost it: who is there says so, who is not is gone', async () => {
    await beat('laptop', 'ONLINE');
    await choose(true);
    await beat('laptop', 'ONLINE', { identity: acme.ben });
    await told();
    await redis.client.flushall();
    expect(await presence.isCurrent()).toBe(false);
    const part = watch();
    await part.start();
    const seen: unknown[] = [];
    await eventually(async () => {
      seen.push(...(await told()));
      expect(seen).toHaveLength(2);
    });
    await part.stop();
    expect(new Set(seen)).toEqual(
      new Set([
        [acme.ada.agentId, 'OFFLINE'],
        [acme.ben.agentId, 'OFFLINE'],
      ]),
    );
    expect(await presence.isCurrent()).toBe(true);
    expect((await beat('laptop', 'ONLINE')).presence).toBe('AWAY');
  });

  test('is not current while nobody looks at who is due', async () => {
    expect(await presence.isCurrent()).toBe(true);
    await redis.client.zadd('switchboard:presence:due', 1, `${acme.companyId}:${acme.ada.agentId}`);
    expect(await presence.isCurrent()).toBe(false);
  });

  test('of a client that names a new device each time is kept within bounds', async () => {
    for (let n = 0; n < 60; n++) await beat(v7(), 'ONLINE');
    const fields = await redis.client.hkeys(`switchboard:presence:agent:${acme.companyId}:${acme.ada.agentId}`);
    expect(fields.filter((field) => field.startsWith('d:')).length).toBeLessThanOrEqual(20);
  });

  test('is told of oneself, by agents that the company has, on devices with a name', async () => {
    await expect(beat('laptop', 'ONLINE', { identity: acme.partner as typeof acme.ada })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    const stranger = { ...acme.ada, agentId: v7() };
    await expect(beat('laptop', 'ONLINE', { identity: stranger })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    for (const device of ['', 'a'.repeat(65), 'a b', 'told']) {
      const { userErrors } = await beat(device, 'ONLINE');
      expect(userErrors.map(({ code }) => code)).toEqual(device === 'told' ? [] : ['INVALID']);
    }
    expect(await stateOf()).toBe('ONLINE');
  });
});
