import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { WebSocket } from 'ws';
import { eventually } from '#test/stack/eventually.ts';
import { routerDefaults, type RouterConfig } from '../config.ts';
import type { Router } from '../createRouter.ts';
import { openStream, type OpenStream } from '../testing/eventStream.ts';
import { connectTo } from '../testing/rawSocket.ts';
import { agent, startWorld, tokenFor, type World } from '../testing/world.ts';

const live = { query: 'subscription { inboxUpdates { cursor } }' };
const share = (limits: Partial<RouterConfig['sockets']['perUser']>, of: 'perUser' | 'perAddress') => ({
  [of]: { ...routerDefaults.sockets[of], ...limits },
});

let world: World;
const routers: Router[] = [];
const open = new Set<WebSocket>();
const streams = new Set<OpenStream>();

beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  for (const socket of open) socket.terminate();
  for (const stream of streams) stream.leave();
  open.clear();
  streams.clear();
  await world.subscribed('live', 0);
  for (const router of routers.splice(0)) await router.stop();
});
afterAll(() => world.close());

/** A router behind a proxy, so that clients come from where they say. */
async function start(sockets: Partial<RouterConfig['sockets']>): Promise<Router> {
  const router = world.another({
    http: { ...world.config.http, trustProxy: true },
    sockets: { ...world.config.sockets, ...sockets },
  });
  routers.push(router);
  await router.start();
  return router;
}

const connect = (router: Router, from = '192.0.2.1') =>
  connectTo(router.url(), { open, headers: { 'x-forwarded-for': from } });

async function connectAs(router: Router, token: string, from?: string) {
  const connection = await connect(router, from);
  connection.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  return connection;
}

async function stream(router: Router, token: string, from = '192.0.2.1') {
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': from };
  const opened = await openStream(`${router.url()}/graphql`, live, headers);
  streams.add(opened);
  return opened;
}

describe('a user', () => {
  it('has so many connections, sockets and streams alike, and the others are told to come later', async () => {
    const router = await start(share({ connections: 2 }, 'perUser'));
    const token = await tokenFor();
    const first = await connectAs(router, token, '192.0.2.1');
    await first.received('connection_ack');
    expect((await stream(router, token, '192.0.2.2')).status).toBe(200);
    const third = await connectAs(router, token, '192.0.2.3');
    expect(await third.closed).toMatchObject({ code: 1013 });
    const refused = await stream(router, token, '192.0.2.3');
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '5']);
    // Somebody else is not held up, and there is room when one has left.
    await (await connectAs(router, await tokenFor(agent()))).received('connection_ack');
    first.socket.close();
    await eventually(async () => (await connectAs(router, token)).received('connection_ack'));
  });

  it('has so many operations over all connections', async () => {
    const router = await start(share({ operations: 3 }, 'perUser'));
    const token = await tokenFor();
    const [a, b] = [await connectAs(router, token), await connectAs(router, token, '192.0.2.2')];
    for (const connection of [a, b]) await connection.received('connection_ack');
    for (const [index, connection] of [a, a, b].entries()) {
      connection.send({ type: 'subscribe', id: String(index), payload: live });
    }
    await world.subscribed('live', 3);
    b.send({ type: 'subscribe', id: 'more', payload: live });
    expect(await b.received('error')).toMatchObject([
      { id: 'more', payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }] },
    ]);
    expect((await stream(router, token)).status).toBe(429);
    a.send({ type: 'complete', id: '0' });
    await world.subscribed('live', 2);
    b.send({ type: 'subscribe', id: 'now', payload: live });
    await world.subscribed('live', 3);
  });

  it('who sends too many messages is closed, on each connection that goes on', async () => {
    const router = await start(share({ messagesPerSecond: 1 }, 'perUser'));
    const token = await tokenFor();
    const [a, b] = [await connectAs(router, token), await connectAs(router, token, '192.0.2.2')];
    for (const connection of [a, b]) await connection.received('connection_ack');
    for (let sent = 0; sent < 20; sent++) a.send({ type: 'ping' });
    expect(await a.closed).toMatchObject({ code: 4429, reason: 'Too many messages' });
    // Five seconds' worth, and what comes back while they are read.
    expect((await a.received('pong')).length).toBeLessThan(15);
    for (let sent = 0; sent < 20; sent++) b.send({ type: 'ping' });
    expect(await b.closed).toMatchObject({ code: 4429 });
    await eventually(async () => expect((await stream(router, token)).status).toBe(429));
  });
});

describe('an address', () => {
  it('has so many connections, and the others are refused before they are made', async () => {
    const router = await start(share({ connections: 2 }, 'perAddress'));
    const first = await connect(router, '2001:db8::1');
    await connect(router, '2001:db8::2');
    await expect(connect(router, '2001:db8::3')).rejects.toThrow('429');
    expect((await stream(router, await tokenFor(), '2001:db8::4')).status).toBe(429);
    await connect(router, '2001:db8:0:1::1');
    first.socket.close();
    await eventually(() => connect(router, '2001:db8::3'));
  });

  it('has so many operations over all users', async () => {
    const router = await start(share({ operations: 1 }, 'perAddress'));
    const [a, b] = [await connectAs(router, await tokenFor()), await connectAs(router, await tokenFor(agent()))];
    for (const connection of [a, b]) await connection.received('connection_ack');
    a.send({ type: 'subscribe', id: '1', payload: live });
    await world.subscribed('live', 1);
    b.send({ type: 'subscribe', id: '1', payload: live });
    expect(await b.received('error')).toMatchObject([
      { payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }] },
    ]);
  });

  it('of strangers who send too many messages has them closed', async () => {
    const router = await start(share({ messagesPerSecond: 1 }, 'perAddress'));
    const { send, closed } = await connect(router);
    for (let sent = 0; sent < 20; sent++) send({ type: 'ping' });
    expect(await closed).toMatchObject({ code: 4429 });
  });
});

describe('a router', () => {
  it('that is full lets nobody in, by socket or stream', async () => {
    const router = await start({ maxSockets: 1 });
    await connect(router);
    await expect(connect(router, '192.0.2.2')).rejects.toThrow('503');
    expect((await stream(router, await tokenFor(), '192.0.2.3')).status).toBe(503);
  });

  it('that believes no proxy knows clients by where they really are', async () => {
    const router = world.another({ sockets: { ...world.config.sockets, ...share({ connections: 1 }, 'perAddress') } });
    routers.push(router);
    await router.start();
    await connect(router, '192.0.2.1');
    await expect(connect(router, '192.0.2.2')).rejects.toThrow('429');
  });
});
