import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { WebSocket } from 'ws';
import { EVENTS } from '#platform/events/streams.ts';
import { eventually } from '#test/stack/eventually.ts';
import { openStream } from '../testing/eventStream.ts';
import { connectTo } from '../testing/rawSocket.ts';
import { agent, facts, messageCreated, startWorld, tokenFor, type World } from '../testing/world.ts';
import { encodePosition } from './cursor.ts';

const gauges = [
  'sockets',
  'streams',
  'live_subscriptions',
  'live_groups',
  'typing_subscriptions',
  'viewers_subscriptions',
  'counts_subscriptions',
  'dashboards_subscriptions',
  'feed_listeners',
].map((name) => `switchboard_router_${name}`);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function counted(): Promise<Record<string, number>> {
  const text = await world.metrics.text();
  const of = (name: string) => Number(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return Object.fromEntries(gauges.map((name) => [name, of(name)]));
}

/** Readers of the stream that NATS keeps. */
async function consumers(): Promise<number> {
  const { state } = await world.nats.manager.streams.info(EVENTS.name);
  return state.consumer_count;
}

const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour)).toISOString();
const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

it('leaves nothing behind of clients who have gone, however they went', async () => {
  const before = { consumers: await consumers(), timers: timers() };
  const conversation = facts();
  const { created, state } = await world.nats.manager.streams.info(EVENTS.name);
  const after = encodePosition({ stream: created, sequence: state.last_seq });
  await world.publish(Array.from({ length: 30 }, () => messageCreated(conversation)));
  const operations = [
    { query: 'subscription { inboxUpdates { cursor conversation { mood } } }' },
    { query: 'subscription S($after: String) { inboxUpdates(after: $after) { cursor } }', variables: { after } },
    { query: `subscription { typing(conversationId: "${conversation.id}") { isTyping } }` },
    { query: `subscription { conversationViewers(id: "${conversation.id}") { conversationId } }` },
    { query: 'subscription { inboxCountsUpdates { open } }' },
    { query: `subscription { dashboardUpdates(range: { from: "${at(0)}", to: "${at(1)}" }) { totals } }` },
    { query: 'subscription { presenceUpdates { presence } }' },
  ];
  const limited = agent();
  world.behaviour.limits.set(limited.agentId, [v7()]);
  const open = new Set<WebSocket>();
  const leaves: (() => void)[] = [];
  for (const [index, identity] of [agent(), agent(), limited, limited].entries()) {
    const token = await tokenFor(identity);
    const connection = await connectTo(world.router.url(), { open });
    connection.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await connection.received('connection_ack');
    for (const [id, payload] of operations.entries()) connection.send({ type: 'subscribe', id: String(id), payload });
    leaves.push(() => {
      if (index % 2 === 0) connection.socket.terminate();
      else for (const id of operations.keys()) connection.send({ type: 'complete', id: String(id) });
      connection.socket.close();
    });
    for (const body of operations) {
      const headers = { authorization: `Bearer ${token}` };
      const stream = await openStream(`${world.router.url()}/graphql`, body, headers);
      leaves.push(stream.leave);
    }
  }
  await eventually(async () =>
    expect(await counted()).toMatchObject({
      switchboard_router_sockets: 4,
      switchboard_router_streams: 4 * operations.length,
      switchboard_router_live_subscriptions: 2 * 4 * 3,
      switchboard_router_typing_subscriptions: 8,
    }),
  );
  await world.publish([messageCreated(conversation)]);

  for (const leave of leaves) leave();
  await eventually(async () => {
    expect(await counted()).toEqual(Object.fromEntries(gauges.map((name) => [name, 0])));
    expect(await consumers()).toBe(before.consumers);
    expect(timers()).toBeLessThanOrEqual(before.timers);
  });
});

it('leaves nothing behind of clients who went before they had begun', async () => {
  const before = { consumers: await consumers() };
  const token = await tokenFor(agent());
  const open = new Set<WebSocket>();
  const { created } = await world.nats.manager.streams.info(EVENTS.name);
  const after = encodePosition({ stream: created, sequence: 1 });
  for (let round = 0; round < 10; round++) {
    const connection = await connectTo(world.router.url(), { open });
    connection.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await connection.received('connection_ack');
    for (const query of [
      `subscription { inboxUpdates(after: "${after}") { cursor } }`,
      'subscription { inboxCountsUpdates { open } }',
      `subscription { typing(conversationId: "${v7()}") { isTyping } }`,
    ]) {
      connection.send({ type: 'subscribe', id: v7(), payload: { query } });
    }
    connection.socket.close();
    if (round % 2 === 0) connection.socket.terminate();
  }
  await eventually(async () => {
    expect(await counted()).toEqual(Object.fromEntries(gauges.map((name) => [name, 0])));
    expect(await consumers()).toBe(before.consumers);
  });
});
