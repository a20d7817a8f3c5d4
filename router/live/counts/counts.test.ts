import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { ClientIdentity } from '#platform/identity/identity.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect, type Collected } from '../../testing/collect.ts';
import {
  agent,
  company,
  facts,
  messageCreated,
  startWorld,
  tokenFor,
  visitor,
  type World,
} from '../../testing/world.ts';

const query = 'subscription { inboxCountsUpdates { open unread } }';
const more = 'subscription { counts: inboxCountsUpdates { open } }';

describe('counts, live', () => {
  let world: World;
  const open: Collected[] = [];

  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.behaviour.open = 1;
    world.behaviour.counted = 0;
  });
  afterEach(async () => {
    for (const live of open.splice(0)) live.stop();
    await world.subscribed('counts', 0);
  });

  async function listen(identity: ClientIdentity = agent(), text = query): Promise<Collected> {
    const live = collect(world.client(await tokenFor(identity)), text);
    open.push(live);
    await world.subscribed('counts', open.length);
    return live;
  }
  const told = (live: Collected) => live.updates.map((update) => update as unknown);

  it('are told at once, and again when they have changed', async () => {
    const live = await listen();
    await live.count(1);
    world.behaviour.open = 2;
    await world.publish([messageCreated()]);
    await live.count(2);
    expect(told(live)).toEqual([
      { open: 1, unread: 0 },
      { open: 2, unread: 0 },
    ]);
  });

  it('are asked for once for whatever happens within a second, and told to have the last state', async () => {
    const live = await listen();
    await live.count(1);
    for (let n = 2; n <= 50; n++) {
      world.behaviour.open = n;
      await world.publish([messageCreated()]);
    }
    await eventually(() => expect(told(live).at(-1)).toEqual({ open: 50, unread: 0 }));
    expect(world.behaviour.counted).toBeLessThan(10);
  });

  it('are not told when they are what they were', async () => {
    const live = await listen();
    await live.count(1);
    await world.publish([messageCreated()]);
    await eventually(() => expect(world.behaviour.counted).toBe(2));
    world.behaviour.open = 2;
    await world.publish([messageCreated()]);
    await live.count(2);
    expect(told(live)).toHaveLength(2);
  });

  it('are asked for once for all devices of one viewer, and for each viewer and question by themselves', async () => {
    const identity = agent();
    const devices = [await listen(identity), await listen(identity)];
    for (const live of devices) await live.count(1);
    expect(world.behaviour.counted).toBe(1);
    const others = [await listen(), await listen(identity, more)];
    for (const live of others) await live.count(1);
    expect(world.behaviour.counted).toBe(3);
  });

  it('do not change by what others read, by deliveries, and by other companies', async () => {
    const live = await listen();
    await live.count(1);
    world.behaviour.open = 2;
    const conversation = facts();
    await world.publish([
      {
        type: 'conversation.read',
        actor: { kind: 'system' },
        data: { conversation, agentId: v7(), unreadCount: 0 },
      },
      {
        type: 'conversation.message.updated',
        actor: { kind: 'system' },
        data: { conversation, messageId: v7(), status: 'SENT', failure: null },
      },
    ]);
    await world.publish([messageCreated()], v7());
    const identity = agent();
    const other = await listen(identity);
    await other.count(1);
    await world.publish([
      {
        type: 'conversation.read',
        actor: { kind: 'system' },
        data: { conversation, agentId: 'agentId' in identity ? identity.agentId : '', unreadCount: 0 },
      },
    ]);
    world.behaviour.open = 3;
    await other.count(2);
    expect(told(live)).toEqual([{ open: 1, unread: 0 }]);
  });

  it('are for agents, and for partners whose token opens conversations', async () => {
    const partner = (...scopes: string[]) => ({ kind: 'partner', companyId: company, partner: 'crm', scopes }) as const;
    const live = await listen(partner('conversations:read'));
    await live.count(1);
    for (const identity of [partner(), partner('contacts:read')]) {
      const refused = collect(world.client(await tokenFor(identity)), query);
      expect((await refused.failed()).code).toBe('FORBIDDEN');
    }
    const someone = visitor();
    const client = world.client(await tokenFor(someone), { origin: 'https://shop.example' });
    expect((await collect(client, query).failed()).code).toBe('FORBIDDEN');
  });
});
