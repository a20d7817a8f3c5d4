import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { buildManifest } from '#schema/operations/manifest.ts';
import { eventually } from '#test/stack/eventually.ts';
import { routerDefaults } from '../config.ts';
import { collect } from '../testing/collect.ts';
import { connectTo } from '../testing/rawSocket.ts';
import { agent, facts, messageCreated, startWorld, tokenFor, type World } from '../testing/world.ts';
import type { Router } from '../createRouter.ts';
import { sha256 } from '../operations/documents.ts';
import { SUBPROTOCOL } from './protocol.ts';

const manifest = buildManifest(
  new Map([['live.graphql', 'subscription Live { inboxUpdates { cursor kind conversation { id } message { id } } }']]),
);
const live = { query: manifest.operations[0]?.body };

const limits = { ...routerDefaults.sockets, maxSockets: 5, maxOperations: 3, maxPayloadBytes: 10_000 };

let world: World;
let token: string;
const open = new Set<WebSocket>();

beforeAll(async () => {
  world = await startWorld({
    manifest,
    live: { bufferEvents: 10 },
    sockets: { ...limits, initTimeoutMs: 60_000, pingIntervalMs: 60_000 },
  });
  token = await tokenFor();
});
afterAll(() => world.close());
afterEach(async () => {
  for (const socket of open) socket.terminate();
  open.clear();
  await becomes('switchboard_router_sockets', 0);
  await becomes('switchboard_router_live_subscriptions', 0);
});

async function measured(metric: string): Promise<number> {
  return Number(new RegExp(`^${metric}\\{[^}]*\\} (\\d+)$`, 'm').exec(await world.metrics.text())?.[1]);
}

async function becomes(metric: string, value: number): Promise<void> {
  await eventually(async () => expect([metric, await measured(metric)]).toEqual([metric, value]));
}

const connect = ({ router = world.router, ...options }: { router?: Router; autoPong?: boolean } = {}) =>
  connectTo(router.url(), { open, ...options });

const updateOf = ({ payload }: { payload?: unknown }) =>
  (payload as { data: { inboxUpdates: { cursor: string; conversation: { id: string } } } }).data.inboxUpdates;

async function acknowledged(authorization = `Bearer ${token}`) {
  const connection = await connect();
  connection.send({ type: 'connection_init', payload: { authorization } });
  await connection.received('connection_ack');
  return connection;
}

describe('a socket', () => {
  it.each([
    ['no authorization', {}],
    ['a bad token', { authorization: 'Bearer nonsense' }],
    ['an authorization that is no text', { authorization: { token: 'x' } }],
  ])('that is initialised with %s is closed', async (_, payload) => {
    const { send, closed, messages } = await connect();
    send({ type: 'connection_init', payload });
    expect(await closed).toMatchObject({ code: 4403 });
    expect(messages).toEqual([]);
  });

  it('is closed when its token expires, its subscriptions with it', async () => {
    const { send, closed } = await acknowledged(`Bearer ${await tokenFor(agent(), 4)}`);
    send({ type: 'subscribe', id: '1', payload: live });
    expect(await closed).toMatchObject({ code: 4403, reason: 'The token has expired' });
  });

  it('that was closed for its token comes again with a new one, with the usual client', async () => {
    const identity = agent();
    const codes: number[] = [];
    const client = world.client(token, {
      connectionParams: async () => ({
        authorization: `Bearer ${await tokenFor(identity, codes.length === 0 ? 2 : 3_600)}`,
      }),
      retryAttempts: 1,
      on: { closed: (event) => codes.push((event as { code: number }).code) },
    });
    const subscription = collect(client, String(live.query));
    await eventually(() => expect(codes).toEqual([4403]));
    await becomes('switchboard_router_live_subscriptions', 1);
    await world.publish([messageCreated()]);
    await subscription.count(1);
    subscription.stop();
  });

  it('that is closed with a code of the client is counted under one name for all such codes', async () => {
    const { socket, closed } = await connect();
    socket.close(3123);
    await closed;
    await becomes('switchboard_router_sockets', 0);
    const counted = await world.metrics.text();
    expect(counted).toMatch(/^switchboard_router_sockets_closed_total\{[^}]*code="other"[^}]*\} 1$/m);
    expect(counted).not.toContain('3123');
  });

  it('that subscribes before it is acknowledged is closed', async () => {
    const { send, closed } = await connect();
    send({ type: 'subscribe', id: '1', payload: live });
    expect(await closed).toMatchObject({ code: 4401 });
  });

  it('that initialises twice is closed', async () => {
    const { send, closed } = await acknowledged();
    send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect(await closed).toMatchObject({ code: 4429 });
  });

  it('that uses an id twice is closed', async () => {
    const { send, closed } = await acknowledged();
    send({ type: 'subscribe', id: '1', payload: live });
    send({ type: 'subscribe', id: '1', payload: live });
    expect(await closed).toMatchObject({ code: 4409 });
  });

  it('that uses an id twice is closed for that reason, whatever the alphabet of the id', async () => {
    const { send, closed } = await acknowledged();
    const id = '🙂界'.repeat(40);
    send({ type: 'subscribe', id, payload: live });
    send({ type: 'subscribe', id, payload: live });
    const { code, reason } = await closed;
    expect(code).toBe(4409);
    expect(reason).toContain('Subscriber for 🙂界');
    expect(reason).not.toContain('\uFFFD');
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['JSON that is no message', '[]'],
    ['an unknown type', { type: 'start', id: '1' }],
    ['a subscription without an id', { type: 'subscribe', payload: live }],
    ['a subscription without a payload', { type: 'subscribe', id: '1' }],
  ])('that sends %s is closed', async (_, message) => {
    const { send, closed } = await acknowledged();
    send(message);
    expect(await closed).toMatchObject({ code: 4400 });
  });

  it('that sends bytes is closed', async () => {
    const { socket, closed } = await acknowledged();
    socket.send(Buffer.from('{"type":"ping"}'));
    expect(await closed).toMatchObject({ code: 4400 });
  });

  it('that sends a message over the limit is closed', async () => {
    const { send, closed } = await acknowledged();
    send({ type: 'ping', payload: { text: 'x'.repeat(20_000) } });
    expect(await closed).toMatchObject({ code: 1009 });
  });

  it('that speaks another protocol is closed', async () => {
    const socket = new WebSocket(`${world.router.url().replace('http', 'ws')}/graphql`);
    open.add(socket);
    const [code] = await once(socket, 'close');
    expect(code).toBe(4406);
  });

  it('gets its ping answered, payload and all', async () => {
    const { send, received } = await connect();
    send({ type: 'ping', payload: { at: 1 } });
    expect(await received('pong')).toEqual([{ type: 'pong', payload: { at: 1 } }]);
  });

  it('over the number that may be open is refused, and let in when there is room', async () => {
    const connections = await Promise.all(Array.from({ length: 5 }, () => acknowledged()));
    await expect(connect()).rejects.toThrow('503');
    connections[0]?.socket.close();
    await eventually(() => connect());
  });

  it('at another address is refused', async () => {
    const socket = new WebSocket(`${world.router.url().replace('http', 'ws')}/elsewhere`, SUBPROTOCOL);
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('404');
  });
});

describe('an operation on a socket', () => {
  const failure = async (payload: object) => {
    const { send, received, socket } = await acknowledged();
    send({ type: 'subscribe', id: 'x', payload });
    const [message] = await received('error');
    // The socket and what else runs on it have no part in it.
    send({ type: 'ping' });
    await received('pong');
    expect(socket.readyState).toBe(WebSocket.OPEN);
    const errors = (message?.payload ?? []) as { extensions: { code: string } }[];
    return errors.map(({ extensions }) => extensions.code);
  };

  it.each([
    ['no request', { query: 42 }, 'BAD_REQUEST'],
    ['an empty request', {}, 'BAD_REQUEST'],
    ['a syntax error', { query: 'subscription {' }, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: 'subscription { nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'two root fields',
      { query: 'subscription { inboxUpdates { kind } two: inboxUpdates { kind } }' },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a condition on its root field',
      { query: 'subscription S($x: Boolean = true) { inboxUpdates @include(if: $x) { kind } }' },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a condition around its root field',
      {
        query:
          'subscription S($x: Boolean = true) { ...F @skip(if: $x) } fragment F on Subscription { inboxUpdates { kind } }',
      },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['too many tokens', { query: `{ ${'a '.repeat(2_100)} }` }, 'MAX_TOKENS_EXCEEDED'],
    ['too many root fields', { query: `{ ${'caller '.repeat(30)} }` }, 'MAX_ROOT_FIELDS_EXCEEDED'],
    [
      'a variable that is missing',
      { query: 'subscription S($id: ID!) { conversationUpdates(id: $id) { kind } }' },
      'BAD_USER_INPUT',
    ],
    [
      'no word which of two is meant',
      { query: 'query A { caller } query B { caller }' },
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['an unknown hash', { documentId: 'f'.repeat(64) }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['a hash of another text', { ...live, documentId: 'f'.repeat(64) }, 'BAD_REQUEST'],
  ])('with %s fails by itself', async (_, payload, code) => {
    expect(await failure(payload)).toContain(code);
  });

  it('that is refused says nothing of HTTP, and where in the document it went wrong', async () => {
    const { send, received } = await acknowledged();
    send({ type: 'subscribe', id: 'wide', payload: { query: `{ ${'caller '.repeat(30)} }` } });
    send({ type: 'subscribe', id: 'unknown', payload: { query: '{ nothing }' } });
    const [wide, unknown] = await received('error', 2);
    expect(wide?.payload).toEqual([
      { message: expect.any(String), extensions: { code: 'MAX_ROOT_FIELDS_EXCEEDED', limit: 20, actual: 30 } },
    ]);
    expect(unknown?.payload).toEqual([
      {
        message: expect.stringContaining('nothing'),
        locations: [{ line: 1, column: 3 }],
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ]);
  });

  it('is known by its hash after one registration', async () => {
    const query = '{ conversation(id: "over a socket") { id } }';
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
    const { send, received } = await acknowledged();
    send({ type: 'subscribe', id: 'unknown', payload: { extensions } });
    await received('error');
    send({ type: 'subscribe', id: 'registers', payload: { query, extensions } });
    await received('complete');
    send({ type: 'subscribe', id: 'known', payload: { extensions } });
    await received('complete', 2);
    expect((await received('next', 2)).map(({ payload }) => payload)).toEqual(
      [1, 2].map(() => ({ data: { conversation: { id: 'over a socket' } } })),
    );
  });

  it('over the number of one socket is refused', async () => {
    const { send, received } = await acknowledged();
    for (const id of ['1', '2', '3', '4']) send({ type: 'subscribe', id, payload: live });
    const [message] = await received('error');
    expect(message).toMatchObject({ id: '4', payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit: 3 } }] });
    // One that is ended while it begins counts until it has begun.
    await becomes('switchboard_router_live_subscriptions', 3);
    send({ type: 'complete', id: '1' });
    await becomes('switchboard_router_live_subscriptions', 2);
    send({ type: 'subscribe', id: '5', payload: live });
    await becomes('switchboard_router_live_subscriptions', 3);
  });

  it('counts for as long as it is executed, also when the client no longer waits for it', async () => {
    const { send, received } = await acknowledged();
    for (const id of ['1', '2', '3']) {
      send({ type: 'subscribe', id, payload: { query: '{ slow }' } });
      send({ type: 'complete', id });
    }
    send({ type: 'subscribe', id: '4', payload: { query: '{ caller }' } });
    const [message] = await received('error');
    expect(message).toMatchObject({ id: '4', payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit: 3 } }] });
  });

  it('may be a query, and completes', async () => {
    const { send, received } = await acknowledged();
    send({ type: 'subscribe', id: 'q', payload: { query: '{ conversation(id: "1") { mood } }' } });
    expect(await received('next')).toEqual([
      { id: 'q', type: 'next', payload: { data: { conversation: { mood: 'mood of about 1' } } } },
    ]);
    expect(await received('complete')).toEqual([{ id: 'q', type: 'complete' }]);
  });

  it('may be named by its registered id', async () => {
    const { send, received } = await acknowledged();
    send({ type: 'subscribe', id: 's', payload: { documentId: manifest.operations[0]?.id } });
    await becomes('switchboard_router_live_subscriptions', 1);
    await world.publish([messageCreated()]);
    expect(await received('next')).toHaveLength(1);
  });

  it('says nothing more once the client has completed it, and its id is free again', async () => {
    const { send, received, messages } = await acknowledged();
    send({ type: 'subscribe', id: 'a', payload: live });
    await becomes('switchboard_router_live_subscriptions', 1);
    send({ type: 'complete', id: 'a' });
    await becomes('switchboard_router_live_subscriptions', 0);
    await world.publish([messageCreated()]);
    send({ type: 'subscribe', id: 'a', payload: { query: '{ caller }' } });
    await received('complete');
    expect(messages.filter(({ type }) => type === 'next')).toHaveLength(1);
  });
});

describe('a client that does not read', () => {
  it('is closed once too much waits for it, has everything up to there, and resumes behind it', async () => {
    world.behaviour.textLength = 500_000;
    try {
      const query =
        'subscription S($after: String) { inboxUpdates(after: $after) { cursor conversation { id } message { text } } }';
      const { socket, send, messages, closed } = await acknowledged();
      send({ type: 'subscribe', id: 's', payload: { query } });
      await becomes('switchboard_router_live_subscriptions', 1);
      socket.pause();
      const before = await measured('switchboard_router_live_lag_seconds_count');
      const sent: ReturnType<typeof facts>[] = [];
      // Each is awaited: what has to be too much is what waits for the socket, not what waits to be executed.
      const isBehind = () =>
        eventually(async () => {
          if ((await measured('switchboard_router_live_subscriptions')) === 0) return true;
          expect(await measured('switchboard_router_live_lag_seconds_count')).toBe(before + sent.length);
          return false;
        });
      while (!(await isBehind())) {
        const portion = Array.from({ length: 5 }, () => facts());
        sent.push(...portion);
        await world.publish(portion.map((conversation) => messageCreated(conversation)));
      }
      socket.resume();
      expect(await closed).toMatchObject({ code: 4460 });
      const seen = messages.filter(({ type }) => type === 'next').map(updateOf);
      expect(seen.map(({ conversation }) => conversation.id)).toEqual(sent.slice(0, seen.length).map(({ id }) => id));

      const again = await acknowledged();
      const variables = { after: seen.at(-1)?.cursor };
      again.send({ type: 'subscribe', id: 's', payload: { query, variables } });
      const rest = (await again.received('next', sent.length - seen.length)).map(updateOf);
      expect([...seen, ...rest].map(({ conversation }) => conversation.id)).toEqual(sent.map(({ id }) => id));
    } finally {
      world.behaviour.textLength = 0;
    }
  });

  it('is closed also when none of its operations alone leaves too much waiting', async () => {
    world.behaviour.textLength = 500_000;
    try {
      const { socket, send, closed } = await acknowledged();
      for (const [id, field] of ['id', 'text', 'id text'].entries()) {
        send({
          type: 'subscribe',
          id: String(id),
          payload: { query: `subscription { inboxUpdates { message { text ${field} } } }` },
        });
      }
      await becomes('switchboard_router_live_subscriptions', 3);
      socket.pause();
      // The buffer is for ten, and each of the three has fewer.
      for (let sent = 0; sent < 8; sent++) await world.publish([messageCreated()]);
      await becomes('switchboard_router_live_subscriptions', 0);
      socket.resume();
      expect(await closed).toMatchObject({ code: 4460 });
    } finally {
      world.behaviour.textLength = 0;
    }
  });
});

describe('an impatient router', () => {
  let router: Router;
  beforeAll(async () => {
    router = world.another({ sockets: { ...limits, initTimeoutMs: 2_000, pingIntervalMs: 500 } });
    await router.start();
  });
  afterAll(() => router.stop());

  it('closes a socket that says nothing', async () => {
    expect(await (await connect({ router })).closed).toMatchObject({ code: 4408 });
  });

  it('cuts a socket that does not answer pings', async () => {
    const { send, closed } = await connect({ router, autoPong: false });
    send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect(await closed).toMatchObject({ code: 1006 });
  });

  it('keeps a socket that answers them', async () => {
    const { socket, send } = await connect({ router });
    send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    // The first is not waited for, the second is sent to who has answered it, and so on.
    for (let pings = 0; pings < 3; pings++) await once(socket, 'ping');
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });
});

describe('when the router stops', () => {
  it('clients are told to come again', async () => {
    const router = world.another();
    await router.start();
    const client = world.client(token, { url: `${router.url().replace('http', 'ws')}/graphql`, retryAttempts: 0 });
    const closed = new Promise((resolve) => client.on('closed', (event) => resolve((event as { code: number }).code)));
    const subscription = collect(client, String(live.query));
    await becomes('switchboard_router_live_subscriptions', 1);
    await router.stop();
    expect(await closed).toBe(1001);
    expect(subscription.results).toEqual([]);
  });
});
