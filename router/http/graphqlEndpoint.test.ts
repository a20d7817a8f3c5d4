import { createHash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { request } from 'undici';
import { buildManifest } from '#schema/operations/manifest.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect } from '../testing/collect.ts';
import { agent, startWorld, tokenFor, type World } from '../testing/world.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const persistedQuery = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });
const codeOf = ({ errors }: { errors?: readonly { extensions: Record<string, unknown> }[] }) =>
  errors?.[0]?.extensions['code'];

const manifest = buildManifest(new Map([['caller.graphql', 'query Viewer { caller }']]));
const registeredId = String(manifest.operations[0]?.id);

let world: World;
let production: World;
let token: string;

beforeAll(async () => {
  [world, production] = await Promise.all([
    startWorld({ manifest, graphiql: { demoToken: 'demo-token' } }),
    startWorld({ manifest, production: true, persisted: { onlyRegistered: true, ttlMs: 60_000 } }),
  ]);
  token = await tokenFor();
});
afterAll(() => Promise.all([world.close(), production.close()]));

describe('identity', () => {
  it.each([
    ['a query', '{ caller }'],
    ['a mutation', 'mutation { touch(id: "1") }'],
    ['a field within a fragment', 'query { ...F } fragment F on Query { caller }'],
    ['a field beside the schema', '{ __typename caller }'],
  ])('is needed for %s', async (_, query) => {
    const answer = await world.post({ query });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(codeOf(answer)).toBe('UNAUTHENTICATED');
    expect(answer.data).toBeUndefined();
  });

  it('is not needed to look at the schema, outside of production', async () => {
    expect(await world.post({ query: '{ __typename __schema { queryType { name } } }' })).toMatchObject({
      status: 200,
      data: { __typename: 'Query', __schema: { queryType: { name: 'Query' } } },
    });
  });

  it.each([
    ['is not ours', async () => 'nonsense'],
    ['has expired', async () => tokenFor(undefined, -60)],
  ])('is refused when the token %s, also for the schema', async (_, make) => {
    const answer = await world.post({ query: '{ __typename }' }, { token: await make() });
    expect(answer.status).toBe(401);
    expect(codeOf(answer)).toBe('UNAUTHENTICATED');
  });

  it('is refused when the header is no bearer token', async () => {
    const answer = await world.post({ query: '{ caller }' }, { headers: { authorization: 'Basic YTpi' } });
    expect(answer.status).toBe(401);
  });
});

describe('in production', () => {
  it.each(['{ __schema { types { name } } }', '{ __type(name: "Query") { name } }', '{ __typename }', '{ nonsense }'])(
    'a stranger learns nothing by %s',
    async (query) => {
      const answer = await production.post({ query });
      expect(answer.status).toBe(401);
      expect(answer.errors).toEqual([expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED' } })]);
    },
  );

  it('a stranger with a bad token learns nothing either', async () => {
    expect((await production.post({ query: '{ __schema { types { name } } }' }, { token: 'bad' })).status).toBe(401);
  });

  it('there is no page for browsers', async () => {
    const response = await request(`${production.router.url()}/graphql`, { headers: { accept: 'text/html' } });
    // A request that a foreign page can make, like any other of them.
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toContain('application/json');
    await response.body.dump();
  });
});

describe('the graph that clients see', () => {
  it.each(['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }'])('has no %s', async (query) => {
    const answer = await world.post({ query }, { token });
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('requests', () => {
  it('may come by GET for queries', async () => {
    const answer = await world.get(
      { query: 'query Q($id: ID!) { conversation(id: $id) { id } }', variables: '{"id":"9"}' },
      { token },
    );
    expect(answer).toMatchObject({ status: 200, data: { conversation: { id: '9' } } });
  });

  it('may not come by GET for mutations', async () => {
    expect((await world.get({ query: 'mutation { touch(id: "1") }' }, { token })).status).toBe(405);
  });

  it('are refused when a foreign page could have made the browser send them', async () => {
    const answer = await world.get({ query: '{ caller }' }, { token, headers: { 'apollo-require-preflight': '' } });
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.message).toContain('CSRF');
  });

  it.each([
    ['application/json', 200, 'application/json; charset=utf-8'],
    ['*/*', 200, 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 200, 'application/graphql-response+json; charset=utf-8'],
    [
      'application/graphql-response+json, application/json;q=0.9',
      200,
      'application/graphql-response+json; charset=utf-8',
    ],
    ['image/png', 406, 'application/json; charset=utf-8'],
  ])('that accept %s are answered in kind', async (accept, status, type) => {
    const answer = await world.post({ query: '{ caller }' }, { token, headers: { accept } });
    expect([answer.status, answer.headers['content-type']]).toEqual([status, type]);
  });

  it.each([
    ['does not parse', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['is not valid', { query: '{ nonsense }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'is too deep',
      { query: `{ conversation(id: "1") ${'{ parent '.repeat(20)}{ id }${' }'.repeat(20)} }` },
      'MAX_DEPTH_EXCEEDED',
    ],
    ['costs too much', { query: '{ conversations(first: 100000) { id } }' }, 'MAX_COST_EXCEEDED'],
    ['has wrong variables', { query: 'query Q($id: ID!) { conversation(id: $id) { id } }' }, 'BAD_USER_INPUT'],
    ['names no operation', { query: 'query A { caller } query B { caller }' }, 'OPERATION_RESOLUTION_FAILURE'],
  ])('whose document %s say so by the status, except to who reads application/json', async (_, body, code) => {
    for (const [accept, status] of [
      ['application/graphql-response+json', 400],
      ['application/json', 200],
      ['*/*', 200],
    ] as const) {
      const answer = await world.post(body, { token, headers: { accept } });
      expect([answer.status, codeOf(answer), answer.data]).toEqual([status, code, undefined]);
    }
  });

  it.each([
    ['what is no request', { query: 42 }, 400],
    ['a token that is none', { query: '{ caller }' }, 401],
  ])('say by the status to everybody: %s', async (_, body, status) => {
    const headers = { accept: 'application/json', ...(status === 401 && { authorization: 'Bearer nonsense' }) };
    expect((await world.post(body, { token, headers })).status).toBe(status);
  });

  it('get long answers compressed, as they can read them', async () => {
    const ask = (encoding: string) =>
      request(`${world.router.url()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'accept-encoding': encoding },
        body: JSON.stringify({ query: '{ __schema { types { name description fields { name } } } }' }),
      });
    const plain = await ask('identity');
    const text = await plain.body.text();
    expect(plain.headers['content-encoding']).toBeUndefined();
    for (const [encoding, read] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      const { headers, body } = await ask(encoding);
      expect([headers['content-encoding'], headers['vary']]).toEqual([encoding, 'accept, accept-encoding']);
      expect(read(Buffer.from(await body.arrayBuffer())).toString()).toBe(text);
    }
  });

  it.each([
    ['text/plain', 400],
    ['text/plain; application/json', 400],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
  ])('that a form of a foreign page could send, as %s, change nothing', async (type, status) => {
    const before = world.behaviour.touches;
    const answer = await world.post(
      { query: 'mutation { touch(id: "1") }' },
      { token, headers: { 'content-type': type } },
    );
    expect(answer.status).toBe(status);
    expect(world.behaviour.touches).toBe(before);
  });

  it.each(['HEAD', 'PUT', 'DELETE', 'PATCH'] as const)('by %s are not answered', async (method) => {
    const response = await request(`${world.router.url()}/graphql?query={caller}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': '1' },
    });
    await response.body.dump();
    expect([404, 405]).toContain(response.statusCode);
  });

  it('that say a thing twice in their address are refused', async () => {
    const registered = encodeURIComponent(String(manifest.operations[0]?.body));
    const response = await request(`${production.router.url()}/graphql?query=${registered}&query={conversations{id}}`, {
      headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': '1' },
    });
    expect(response.statusCode).toBe(400);
    await response.body.dump();
  });

  it('of several at once are refused', async () => {
    expect((await world.post([{ query: '{ caller }' }], { token })).status).toBe(400);
  });

  it('larger than the limit are refused', async () => {
    const response = await request(`${world.router.url()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ caller } #${'x'.repeat(1_100_000)}` }),
    });
    expect(response.statusCode).toBe(413);
    await response.body.dump();
  });

  it.each([
    ['subscription { inboxUpdates { cursor } }', 'BAD_REQUEST'],
    ['subscription S($x: Boolean!) { inboxUpdates @skip(if: $x) { cursor } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('for a subscription are refused with a reason: %s', async (query, code) => {
    const answer = await world.post({ query, variables: { x: true } }, { token });
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe(code);
  });
});

describe('what is asked again', () => {
  it.each([
    ['a query', { query: '{ caller }' }, 200],
    [
      'one of two operations',
      { query: 'query A { caller } query B { inboxCounts { open } }', operationName: 'B', variables: null },
      200,
    ],
    ['with variables', { query: 'query ($id: ID!) { conversation(id: $id) { id } }', variables: { id: 'a' } }, 200],
    ['with extensions that mean nothing', { query: '{ caller __typename }', extensions: { library: 'x' } }, 200],
    ['what fails in part', { query: '{ caller broken refused }' }, 200],
    [
      'with variables that are none',
      { query: 'query ($id: ID!) { conversation(id: $id) { id } }', variables: {} },
      400,
    ],
    ['an operation that is not there', { query: '{ caller }', operationName: 'Other' }, 400],
    ['what is not in the graph', { query: '{ nonsense }' }, 400],
    ['what costs too much', { query: '{ conversations(first: 30000) { id } }' }, 400],
    ['several operations, and none is meant', { query: 'query A { caller } query B { caller }' }, 400],
  ])('is answered as it was before: %s', async (_, body, status) => {
    const changing = { date: '', 'x-request-id': '' };
    const answers: unknown[] = [];
    for (const _time of [1, 2, 3]) {
      const { headers, ...answer } = await world.post(body, { token, headers: { 'x-request-id': 'again' } });
      answers.push({ ...answer, headers: { ...headers, ...changing } });
    }
    expect(answers[0]).toMatchObject({ status });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('is refused to who is nobody, or no agent any more', async () => {
    const someone = agent();
    const theirs = await tokenFor(someone);
    const admitted = [1, 2].map(async () => (await world.post({ query: '{ caller }' }, { token: theirs })).status);
    expect(await Promise.all(admitted)).toEqual([200, 200]);
    expect(await world.post({ query: '{ caller }' })).toMatchObject({ status: 401 });
    expect(await world.post({ query: '{ caller }' }, { token: 'nonsense' })).toMatchObject({ status: 401 });
    const stranger = agent();
    world.behaviour.strangers.add(stranger.agentId);
    const strangers = await world.post({ query: '{ caller }' }, { token: await tokenFor(stranger) });
    expect([strangers.status, codeOf(strangers)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('changes something each time, where it is a mutation', async () => {
    const touch = { query: 'mutation { touch(id: "again") }' };
    const before = world.behaviour.touches;
    for (const _time of [1, 2, 3]) await world.post(touch, { token });
    expect(world.behaviour.touches).toBe(before + 3);
  });

  it('goes in the form that each client takes', async () => {
    const ask = (accept: string) => world.post({ query: '{ caller }' }, { token, headers: { accept } });
    for (const _time of [1, 2]) {
      for (const accept of ['application/json', 'application/graphql-response+json', '*/*']) {
        const { headers } = await ask(accept);
        const form = accept === '*/*' ? 'application/json' : accept;
        expect(headers['content-type']).toBe(`${form}; charset=utf-8`);
      }
      expect(await ask('text/plain')).toMatchObject({ status: 406 });
    }
  });
});

describe('limits', () => {
  const nested = (depth: number) => `{ conversation(id: "1") ${'{ parent '.repeat(depth)}{ id }${' }'.repeat(depth)} }`;
  const fragments = Array.from({ length: 12 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);

  it.each([
    ['depth', nested(20), 'MAX_DEPTH_EXCEEDED', 15],
    [
      'aliases',
      `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
      'MAX_ALIASES_EXCEEDED',
      30,
    ],
    ['root fields', `{ ${'caller '.repeat(21)} }`, 'MAX_ROOT_FIELDS_EXCEEDED', 20],
    [
      'selections',
      `{ ...F0 } ${fragments.join(' ')} fragment F12 on Query { caller }`,
      'MAX_SELECTIONS_EXCEEDED',
      2_000,
    ],
    ['tokens', `{ ${'caller '.repeat(2_000)} }`, 'MAX_TOKENS_EXCEEDED', 2_000],
  ])('hold for %s, with code and limit', async (_, query, code, limit) => {
    const answer = await world.post({ query }, { token });
    expect(answer.status).toBe(400);
    expect(answer.errors).toContainEqual(
      expect.objectContaining({ extensions: expect.objectContaining({ code, limit }) }),
    );
  });

  describe('for the cost', () => {
    const list = (first: string) =>
      `query Q${first === '$first' ? '($first: Int)' : ''} { conversations(first: ${first}) { id parent { id } } }`;

    it.each([
      ['said in the text', list('20000'), {}, 40_000],
      ['said by a variable', list('$first'), { first: 10_001 }, 20_002],
      ['beyond all measure', list('$first'), { first: 2 ** 31 - 1 }, 4_294_967_294],
    ])('hold when it is %s, with code, cost and limit, and no subgraph is asked', async (_, query, variables, cost) => {
      const asked = world.behaviour.requestIds.length;
      const answer = await world.post({ query, variables }, { token });
      expect(answer.status).toBe(400);
      expect(answer.data).toBeUndefined();
      expect(answer.errors?.map(({ extensions }) => extensions)).toEqual([
        { code: 'MAX_COST_EXCEEDED', cost, limit: 20_000 },
      ]);
      const socket = collect(world.client(token), query, variables);
      expect(await socket.failed()).toMatchObject({ code: 'MAX_COST_EXCEEDED', extensions: { cost, limit: 20_000 } });
      expect(world.behaviour.requestIds).toHaveLength(asked);
    });

    it('let through what costs just as much as it may', async () => {
      const answer = await world.post({ query: list('$first'), variables: { first: 10_000 } }, { token });
      expect(answer.errors).toBeUndefined();
    });

    it('refuse a list that has to be told how long it may be, and is not', async () => {
      const answer = await world.post({ query: '{ audited { id } }' }, { token });
      expect([answer.status, codeOf(answer)]).toEqual([400, 'SLICING_ARGUMENT_REQUIRED']);
    });

    it('are the same for a subscription, of which one event counts', async () => {
      const query = 'subscription { inboxUpdates { conversation { id } } }';
      const live = collect(world.client(token), query);
      await world.subscribed('live', 1);
      live.stop();
      await world.subscribed('live', 0);
      expect(live.error).toBeUndefined();
    });
  });

  it('let through what is just within them', async () => {
    const answer = await world.post({ query: nested(12) }, { token });
    expect(answer.errors).toBeUndefined();
  });

  it('survive fragments that spread themselves', async () => {
    const answer = await world.post(
      { query: '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }' },
      { token },
    );
    expect(answer.status).toBe(400);
  });
});

describe('persisted operations', () => {
  it('are known by their hash after one registration, also to another router', async () => {
    const query = '{ conversation(id: "apq") { id } }';
    const hash = hashOf(query);
    expect(codeOf(await world.post({ extensions: persistedQuery(hash) }, { token }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await world.post({ query, extensions: persistedQuery(hash) }, { token })).errors).toBeUndefined();
    const answer = await world.get({ extensions: JSON.stringify(persistedQuery(hash)) }, { token });
    expect(answer.data).toEqual({ conversation: { id: 'apq' } });

    const other = world.another();
    await other.start();
    try {
      await eventually(async () => {
        const response = await request(`${other.url()}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ extensions: persistedQuery(hash) }),
        });
        expect(await response.body.json()).toEqual({ data: { conversation: { id: 'apq' } } });
      });
    } finally {
      await other.stop();
    }
  });

  it('are not registered under a hash that is not theirs', async () => {
    const answer = await world.post(
      { query: '{ caller }', extensions: persistedQuery(hashOf('{ other }')) },
      { token },
    );
    expect(answer.status).toBe(400);
  });

  it('are not registered by strangers', async () => {
    const query = '{ caller } # by a stranger';
    await world.post({ query, extensions: persistedQuery(hashOf(query)) });
    expect(codeOf(await world.post({ extensions: persistedQuery(hashOf(query)) }, { token }))).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    );
  });

  it('are not answered when Redis holds another text under their hash', async () => {
    const hash = hashOf('{ caller } # changed');
    const redis = new Redis(world.redisServer.url);
    try {
      await redis.set(`router:persisted:${hash}`, 'mutation { touch(id: "1") }');
    } finally {
      await redis.quit();
    }
    expect(codeOf(await world.post({ extensions: persistedQuery(hash) }, { token }))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it('are answered from memory while Redis is away', async () => {
    const query = '{ conversation(id: "memory") { id } }';
    await world.redisServer.kill9();
    try {
      expect(
        (await world.post({ query, extensions: persistedQuery(hashOf(query)) }, { token })).errors,
      ).toBeUndefined();
      const answer = await world.post({ extensions: persistedQuery(hashOf(query)) }, { token });
      expect(answer.data).toEqual({ conversation: { id: 'memory' } });
    } finally {
      await world.redisServer.restart();
    }
  });

  it.each([
    ['extensions', { extensions: persistedQuery(registeredId) }],
    ['documentId', { documentId: registeredId }],
    ['documentId with its algorithm', { documentId: `sha256:${registeredId}` }],
  ])('that are registered are answered by %s', async (_, body) => {
    expect((await world.post(body, { token })).data).toEqual({ caller: expect.any(String) });
  });

  it('that are registered are answered by GET with a documentId', async () => {
    expect((await world.get({ documentId: registeredId }, { token })).data).toEqual({ caller: expect.any(String) });
  });
});

describe('with only registered operations', () => {
  it('those are answered, by id and by text', async () => {
    expect((await production.post({ documentId: registeredId }, { token })).data).toEqual({
      caller: expect.any(String),
    });
    const query = manifest.operations[0]?.body;
    expect((await production.post({ query }, { token })).data).toEqual({ caller: expect.any(String) });
  });

  it.each([
    ['another text', { query: '{ conversations { id } }' }, 403, 'QUERY_NOT_IN_SAFELIST'],
    [
      'another text under a registered id',
      { query: '{ conversations { id } }', documentId: registeredId },
      403,
      'QUERY_NOT_IN_SAFELIST',
    ],
    ['the schema', { query: '{ __schema { types { name } } }' }, 403, 'QUERY_NOT_IN_SAFELIST'],
    ['an unknown id', { documentId: hashOf('unknown') }, 404, 'PERSISTED_QUERY_NOT_IN_LIST'],
    ['nothing', { variables: {} }, 403, 'QUERY_NOT_IN_SAFELIST'],
    ['what is no request', { query: 42 }, 403, 'QUERY_NOT_IN_SAFELIST'],
  ])('%s is refused', async (_, body, status, code) => {
    const answer = await production.post(body, { token });
    expect(answer.status).toBe(status);
    expect(codeOf(answer)).toBe(code);
  });

  it('another text over a socket is refused, and a registered one answered', async () => {
    const client = production.client(token);
    expect((await collect(client, '{ conversations { id } }').failed()).code).toBe('QUERY_NOT_IN_SAFELIST');
    const registered = collect(client, String(manifest.operations[0]?.body));
    await registered.count(1);
    expect(registered.results).toEqual([{ data: { caller: expect.any(String) } }]);
  });

  it('another text by GET is refused', async () => {
    expect(codeOf(await production.get({ query: '{ conversations { id } }' }, { token }))).toBe(
      'QUERY_NOT_IN_SAFELIST',
    );
  });
});

describe('a router that stops', () => {
  it('says first that it is not ready, answers what is under way, and refuses what is new', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let arrived = false;
    world.behaviour.delay = () => {
      arrived = true;
      return held;
    };
    const other = world.another({
      http: { host: '127.0.0.1', port: 0, trustProxy: false, bodyLimit: 1024, noticeMs: 1_500 },
    });
    await other.start();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const ask = (query: string) =>
      request(`${other.url()}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const statusOf = async (path: string) => {
      const { statusCode, body } = await request(`${other.url()}${path}`);
      await body.dump();
      return statusCode;
    };
    const underWay = ask('{ conversation(id: "1") { channel { name } } }');
    await eventually(() => expect(arrived).toBe(true));
    const stopped = other.stop();

    const [ready, noticed] = await Promise.all([statusOf('/health/ready'), ask('{ caller }')]);
    expect(ready).toBe(503);
    expect(await noticed.body.json()).toEqual({ data: { caller: expect.any(String) } });
    const refused = await eventually(async () => {
      const answer = await ask('{ caller }');
      await answer.body.dump();
      expect(answer.statusCode).toBe(503);
      return answer;
    });
    expect(refused.headers['connection']).toBe('close');
    // So that a page can read why, and comes again.
    expect(refused.headers['access-control-allow-origin']).toBe('*');
    const preflight = await request(`${other.url()}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    });
    expect([preflight.statusCode, preflight.headers['access-control-allow-methods']]).toEqual([204, 'GET, POST']);
    release();
    expect(await (await underWay).body.json()).toEqual({
      data: { conversation: { channel: { name: 'name of ch-1' } } },
    });
    await stopped;
    world.behaviour.delay = async () => undefined;
  });
});
