import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { buildManifest } from '#schema/operations/manifest.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { Router } from '../createRouter.ts';
import { sha256 } from '../operations/documents.ts';
import { openStream, type OpenStream } from '../testing/eventStream.ts';
import {
  agent,
  facts,
  messageCreated,
  startWorld,
  tokenFor,
  visitor,
  type Answer,
  type World,
} from '../testing/world.ts';

const live = `subscription Live($after: String) {
  inboxUpdates(after: $after) { cursor kind conversation { id } message { id text } }
}`;
const manifest = buildManifest(new Map([['caller.graphql', 'query Viewer { caller }']]));

let world: World;
let token: string;
const open = new Set<OpenStream>();

beforeAll(async () => {
  world = await startWorld({ manifest, live: { bufferEvents: 10 } });
  token = await tokenFor();
});
afterAll(() => world.close());
afterEach(async () => {
  for (const stream of open) stream.leave();
  open.clear();
  await streams(0);
  await world.subscribed('live', 0);
});

async function streams(count: number): Promise<void> {
  await eventually(async () => {
    const found = /^switchboard_router_streams\{[^}]*\} (\d+)$/m.exec(await world.metrics.text())?.[1];
    if (Number(found) !== count) throw new Error(`${found} streams`);
  });
}

interface Asked {
  readonly router?: Router;
  readonly authorization?: string | undefined;
  readonly headers?: Record<string, string>;
}

async function post(body: object, { router = world.router, authorization = `Bearer ${token}`, headers }: Asked = {}) {
  const stream = await openStream(`${router.url()}/graphql`, body, { authorization, ...headers });
  open.add(stream);
  return stream;
}

async function get(search: Record<string, string>, { authorization = `Bearer ${token}`, headers }: Asked = {}) {
  const address = `${world.router.url()}/graphql?${new URLSearchParams(search).toString()}`;
  const stream = await openStream(address, undefined, { authorization, ...headers });
  open.add(stream);
  return stream;
}

const codesOf = (stream: OpenStream) =>
  stream.answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions['code']));
const updatesOf = (stream: OpenStream) =>
  stream.answers.flatMap(({ data }: Answer) =>
    data ? [data['inboxUpdates'] as { cursor: string; conversation: { id: string } }] : [],
  );

describe('a stream of events', () => {
  it('tells what happens, each with its cursor as the id of the event', async () => {
    const stream = await post({ query: live });
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    });
    await world.subscribed('live', 1);
    const [first, second] = [facts(), facts()];
    await world.publish([messageCreated(first), messageCreated(second)]);
    await stream.count(2);
    const updates = updatesOf(stream);
    expect(updates.map(({ conversation }) => conversation.id)).toEqual([first.id, second.id]);
    expect(stream.events.map(({ event, id }) => [event, id])).toEqual(updates.map(({ cursor }) => ['next', cursor]));
  });

  it.each([
    ['POST', (body: { query: string }) => post(body)],
    ['GET', (body: { query: string }) => get(body)],
  ])('answers a query by %s once, and ends', async (_, ask) => {
    const stream = await ask({ query: '{ conversation(id: "1") { mood } }' });
    expect(await stream.over()).toBe('ended');
    expect(stream.events).toEqual([
      { event: 'next', id: undefined, data: '{"data":{"conversation":{"mood":"mood of about 1"}}}' },
      { event: 'complete', id: undefined, data: '' },
    ]);
  });

  it('changes something by POST, and never by GET', async () => {
    const before = world.behaviour.touches;
    const refused = await get({ query: 'mutation { touch(id: "1") }' });
    await refused.over();
    expect(codesOf(refused)).toEqual(['BAD_REQUEST']);
    expect(world.behaviour.touches).toBe(before);
    const done = await post({ query: 'mutation { touch(id: "1") }' });
    await done.over();
    expect(done.answers).toEqual([{ data: { touch: before + 1 } }]);
  });

  it('takes variables, and which of several operations is meant, by GET', async () => {
    const query = 'query A { caller } query B($id: ID!) { conversation(id: $id) { id } }';
    const stream = await get({ query, operationName: 'B', variables: '{"id":"7"}' });
    await stream.over();
    expect(stream.answers).toEqual([{ data: { conversation: { id: '7' } } }]);
  });

  it.each([
    ['no request', { query: 42 }, 'BAD_REQUEST'],
    ['a syntax error', { query: 'subscription {' }, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: 'subscription { nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['too many root fields', { query: `{ ${'caller '.repeat(30)} }` }, 'MAX_ROOT_FIELDS_EXCEEDED'],
    ['a cursor that is none', { query: live, variables: { after: 'nonsense' } }, 'BAD_USER_INPUT'],
    ['an unknown hash', { documentId: 'f'.repeat(64) }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['what is for visitors', { query: 'subscription { chatUpdates { cursor } }' }, 'FORBIDDEN'],
  ])('with %s says so as an event, and ends', async (_, body, code) => {
    const stream = await post(body);
    expect(stream.status).toBe(200);
    expect(await stream.over()).toBe('ended');
    expect(codesOf(stream)).toEqual([code]);
    expect(stream.events.at(-1)?.event).toBe('complete');
  });

  it.each(['variables', 'extensions'])('with %s in the address that are no JSON says so', async (what) => {
    const stream = await get({ query: '{ caller }', [what]: 'nonsense' });
    await stream.over();
    expect(codesOf(stream)).toEqual(['BAD_REQUEST']);
  });

  it('knows registered operations, and others by their hash after one registration', async () => {
    const registered = await post({ documentId: manifest.operations[0]?.id });
    await registered.over();
    expect(registered.answers).toMatchObject([{ data: { caller: expect.any(String) } }]);
    const query = '{ conversation(id: "over a stream") { id } }';
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
    await (await post({ query, extensions })).over();
    const known = await get({ extensions: JSON.stringify(extensions) });
    await known.over();
    expect(known.answers).toEqual([{ data: { conversation: { id: 'over a stream' } } }]);
  });

  it.each([
    ['no token', undefined, undefined, 401],
    ['a wrong token', 'Bearer nonsense', undefined, 401],
    ['the token of a page of another site', 'visitor', 'https://elsewhere.example', 403],
  ])('is not begun with %s', async (_, authorization, origin, status) => {
    const given = authorization === 'visitor' ? `Bearer ${await tokenFor(visitor())}` : authorization;
    const url = `${world.router.url()}/graphql`;
    const stream = await openStream(url, { query: live }, { authorization: given, origin });
    expect(stream.status).toBe(status);
    expect(stream.headers['content-type']).toContain('application/json');
  });

  it('gives way to another answer where the client would rather have that', async () => {
    const accept = 'application/graphql-response+json, application/json, text/event-stream';
    const stream = await post({ query: '{ caller }' }, { headers: { accept } });
    expect(stream.headers['content-type']).toContain('application/graphql-response+json');
  });

  it('ends with a word when its token expires', async () => {
    const stream = await post({ query: live }, { authorization: `Bearer ${await tokenFor(agent(), 2)}` });
    expect(await stream.over()).toBe('ended');
    expect(codesOf(stream)).toEqual(['UNAUTHENTICATED']);
    expect(stream.events.at(-1)?.event).toBe('complete');
  });
});

describe('a stream of events that breaks', () => {
  it('goes on behind the last event that its client has, whatever the operation says', async () => {
    const stream = await post({ query: live });
    await world.subscribed('live', 1);
    const conversations = Array.from({ length: 5 }, () => facts());
    await world.publish(conversations.slice(0, 2).map((conversation) => messageCreated(conversation)));
    await stream.count(2);
    stream.leave();
    await world.subscribed('live', 0);
    await world.publish(conversations.slice(2, 4).map((conversation) => messageCreated(conversation)));

    const [first, last] = updatesOf(stream);
    const again = await post(
      { query: live, variables: { after: first?.cursor } },
      { headers: { 'last-event-id': String(last?.cursor) } },
    );
    await again.count(2);
    await world.publish([messageCreated(conversations[4])]);
    await again.count(3);
    expect(updatesOf(again).map(({ conversation }) => conversation.id)).toEqual(
      conversations.slice(2).map(({ id }) => id),
    );
  });

  it('and names an event that nobody has told is refused', async () => {
    const stream = await post({ query: live }, { headers: { 'last-event-id': 'nonsense' } });
    await stream.over();
    expect(codesOf(stream)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('a client of a stream that stays behind', () => {
  it('is told where to resume, and has everything up to there', async () => {
    world.behaviour.textLength = 500_000;
    try {
      const stream = await post({ query: live });
      await world.subscribed('live', 1);
      stream.pause();
      const sent = Array.from({ length: 60 }, () => facts());
      for (const conversation of sent) await world.publish([messageCreated(conversation)]);
      await world.subscribed('live', 0);
      stream.resume();
      expect(await stream.over()).toBe('ended');
      const updates = updatesOf(stream);
      expect(stream.answers.at(-1)?.errors).toMatchObject([
        { extensions: { code: 'SLOW_CONSUMER', cursor: updates.at(-1)?.cursor } },
      ]);
      expect(updates.map(({ conversation }) => conversation.id)).toEqual(
        sent.slice(0, updates.length).map(({ id }) => id),
      );
    } finally {
      world.behaviour.textLength = 0;
    }
  });
});

describe('an impatient router', () => {
  let router: Router;
  beforeAll(async () => {
    router = world.another({ sockets: { ...world.config.sockets, pingIntervalMs: 100 } });
    await router.start();
  });
  afterAll(() => router.stop());

  it('shows again and again that it is there', async () => {
    const stream = await post({ query: live }, { router });
    await eventually(() => expect(stream.heartbeats).toBeGreaterThan(5));
    expect(stream.ending).toBeUndefined();
  });

  it('cuts who takes not even that', async () => {
    world.behaviour.textLength = 5_000_000;
    try {
      const stream = await post({ query: live }, { router });
      await world.subscribed('live', 1);
      stream.pause();
      await world.publish([messageCreated(), messageCreated(), messageCreated()]);
      await world.subscribed('live', 0);
      await streams(0);
      stream.resume();
      expect(await stream.over()).toBe('cut');
    } finally {
      world.behaviour.textLength = 0;
    }
  });
});

describe('when the router stops', () => {
  it('streams end without the word that says that all has been told, and nothing is left of them', async () => {
    const router = world.another();
    await router.start();
    const stream = await post({ query: live }, { router });
    await world.subscribed('live', 1);
    await router.stop();
    expect(await stream.over()).toBe('ended');
    expect(stream.events).toEqual([]);
    await world.subscribed('live', 0);
  });
});
