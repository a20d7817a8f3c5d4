import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type DataLoader from 'dataloader';
import { request } from 'undici';
import { createHttpServer } from '#platform/http/server.ts';
import type { HttpServer } from '#platform/http/server.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER, createIdentitySigner } from '#platform/identity/signedIdentity.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { badUserInput, forbidden } from './errors.ts';
import { createLoader } from './loader.ts';
import { createSubgraph, type SubgraphServer } from './subgraphServer.ts';
import { openAccess } from './testing/openAccess.ts';

const typeDefs = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  scalar DateTime
  type Thing @key(fields: "id") {
    id: ID!
    name: String!
    owner: String!
  }
  type Query {
    thing(id: ID!): Thing
    echo(at: DateTime!): DateTime!
    broken: String
    alsoBroken: String
    impossible: String!
    refused: String
    wrong: String
    slow: String
  }
`;

interface TestContext {
  readonly identity: Identity;
  readonly signal: AbortSignal;
  readonly things: DataLoader<string, { id: string; name: string } | null>;
  close(): Promise<void>;
}

const secret = 'a secret that is long enough for HS256';
const companyId = '01890a5d-ac96-774b-bcce-b302099a8057';
const agent: Identity = { kind: 'agent', companyId, agentId: companyId, role: 'AGENT', scopes: [] };
const partner: Identity = { kind: 'partner', companyId, partner: 'crm', scopes: ['read'] };
const router: Identity = { kind: 'service', companyId, service: 'router', scopes: [] };
const sign = createIdentitySigner(secret);

const lines: Record<string, unknown>[] = [];
const batches: (readonly string[])[] = [];
let opened = 0;
let closed = 0;
let closeFails = false;
let contextFails = false;
let arrived: (signal: AbortSignal) => void = () => undefined;

let http: HttpServer;
let subgraph: SubgraphServer;
const metrics = createMetrics({ service: 'test' });

const resolvers = {
  Query: {
    thing: (_: unknown, { id }: { id: string }, { things }: TestContext) => things.load(id),
    echo: (_: unknown, { at }: { at: Date }) => at,
    broken: () => {
      throw new Error('password=hunter2 at db.internal');
    },
    alsoBroken: () => Promise.reject(Object.assign(new Error('hunter2'), { extensions: { code: 'TRUST_ME' } })),
    impossible: () => null,
    refused: () => {
      throw forbidden('This inbox is not yours');
    },
    wrong: () => {
      throw badUserInput('No such label', 'labelIds');
    },
    slow: async (_: unknown, __: unknown, { signal }: TestContext) => {
      arrived(signal);
      while (!signal.aborted) await setImmediate();
      return 'too late';
    },
  },
  Thing: {
    __resolveReference: ({ id }: { id: string }, { things }: TestContext) => things.load(id),
    owner: (_: unknown, __: unknown, { identity }: TestContext) => identity.kind,
  },
};

beforeEach(async () => {
  lines.length = batches.length = opened = closed = 0;
  closeFails = contextFails = false;
  const logger = createLogger({
    name: 'test',
    level: 'info',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  http = createHttpServer({ name: 'test', host: '127.0.0.1', port: 0, logger, metrics, checks: () => ({}) });
  subgraph = createSubgraph<TestContext>({
    name: 'test',
    typeDefs,
    resolvers,
    http,
    identitySecret: secret,
    logger,
    metrics,
    access: openAccess(typeDefs),
    context(identity, { signal }) {
      if (contextFails) throw new Error('hunter2');
      opened++;
      return {
        identity,
        signal,
        things: createLoader(async (ids: readonly string[]) => {
          batches.push(ids);
          return new Map(ids.filter((id) => id !== 'gone').map((id) => [id, { id, name: `thing ${id}` }]));
        }),
        async close() {
          closed++;
          if (closeFails) throw new Error('cannot close');
        },
      };
    },
  });
  await subgraph.start();
  await http.start();
});

afterEach(async () => {
  await http.stop();
  await subgraph.stop();
});

async function send(body: unknown, headers: Record<string, string>) {
  const response = await request(`${http.url()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.statusCode, body: await response.body.json() };
}

async function ask(query: string, { as = agent, variables = {} }: { as?: Identity; variables?: object } = {}) {
  return send({ query, variables }, { [IDENTITY_HEADER]: await sign(as) });
}

describe('a subgraph', () => {
  test('answers who comes with a signed identity, and knows who it is', async () => {
    await expect(ask('{ thing(id: "1") { id name owner } }', { as: partner })).resolves.toEqual({
      status: 200,
      body: { data: { thing: { id: '1', name: 'thing 1', owner: 'partner' } } },
    });
  });

  test.each([
    ['no identity', {}],
    ['an identity of its own invention', { [IDENTITY_HEADER]: JSON.stringify(agent) }],
    ['only a bearer token', { authorization: 'Bearer x' }],
  ])('refuses who comes with %s, before anything is opened', async (_what, headers) => {
    await expect(send({ query: '{ broken }' }, headers)).resolves.toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(opened).toBe(0);
  });

  test('refuses an identity that another secret signed', async () => {
    const header = await createIdentitySigner('another secret of sufficient length')(agent);

    await expect(send({ query: '{ broken }' }, { [IDENTITY_HEADER]: header })).resolves.toMatchObject({ status: 401 });
  });

  test('loads many entities in one batch, and null for what is not there', async () => {
    const representations = ['1', '2', 'gone', '1'].map((id) => ({ __typename: 'Thing', id }));
    const query =
      'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Thing { name } } }';

    await expect(ask(query, { as: router, variables: { representations } })).resolves.toEqual({
      status: 200,
      body: { data: { _entities: [{ name: 'thing 1' }, { name: 'thing 2' }, null, { name: 'thing 1' }] } },
    });
    expect(batches).toEqual([['1', '2', 'gone']]);
  });

  test('has our DateTime where its SDL declares it', async () => {
    await expect(ask('{ echo(at: "2026-03-01T10:30:00+01:00") }')).resolves.toMatchObject({
      body: { data: { echo: '2026-03-01T09:30:00.000Z' } },
    });
    const refused = await ask('query($at: DateTime!) { echo(at: $at) }', { variables: { at: '2024-02-30T00:00:00Z' } });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } });
  });

  test('has no page for browsers', async () => {
    const response = await request(`${http.url()}/graphql`, { headers: { accept: 'text/html' } });
    await response.body.dump();

    expect(response.statusCode).toBe(404);
  });
});

describe('the schema of a subgraph', () => {
  const questions = [
    '{ __schema { queryType { name } } }',
    '{ __type(name: "Thing") { name } }',
    '{ _service { sdl } }',
    '{ thing(id: "1") { id } ... on Query { hidden: _service { sdl } } }',
    'query { ...All } fragment All on Query { __schema { types { name } } }',
  ];

  test.each(questions)('is told to services: %s', async (query) => {
    const { status, body } = await ask(query, { as: router });

    expect(status).toBe(200);
    expect(body).not.toHaveProperty('errors');
  });

  test.each(questions)('is told to nobody else: %s', async (query) => {
    for (const as of [agent, partner]) {
      const { status, body } = await ask(query, { as });
      expect(status).toBe(403);
      expect(body).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
      expect(body).not.toHaveProperty('data._service');
    }
  });

  test('does not keep the name of a type from anybody', async () => {
    await expect(ask('{ thing(id: "1") { __typename } }')).resolves.toMatchObject({
      body: { data: { thing: { __typename: 'Thing' } } },
    });
  });
});

describe('errors of a subgraph', () => {
  test('reach the caller when they carry a code', async () => {
    await expect(ask('{ refused wrong }')).resolves.toMatchObject({
      status: 200,
      body: {
        data: { refused: null, wrong: null },
        errors: [
          { message: 'This inbox is not yours', path: ['refused'], extensions: { code: 'FORBIDDEN' } },
          { message: 'No such label', path: ['wrong'], extensions: { code: 'BAD_USER_INPUT', field: 'labelIds' } },
        ],
      },
    });
  });

  test.each(['broken', 'alsoBroken', 'impossible'])(
    'are masked and logged when nobody expected them: %s',
    async (field) => {
      const { body } = await ask(`{ ${field} }`);

      expect(body).toMatchObject({ errors: [{ path: [field], extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
      expect(JSON.stringify(body)).not.toMatch(/hunter2|db\.internal|TRUST_ME|non-nullable|stack/);
      const { requestId } = (body as { errors: [{ extensions: { requestId: string } }] }).errors[0].extensions;
      expect(lines).toContainEqual(expect.objectContaining({ level: 'error', requestId, msg: 'a resolver failed' }));
    },
  );

  test('are masked each in its own place beside those that are shown', async () => {
    const { body } = await ask('{ refused broken wrong }');

    expect(body).toMatchObject({
      errors: expect.arrayContaining([
        expect.objectContaining({ path: ['refused'], extensions: { code: 'FORBIDDEN' } }),
        expect.objectContaining({ path: ['broken'], message: expect.stringContaining('request id') }),
      ]),
    });
  });

  test('say what is wrong with a document', async () => {
    await expect(ask('{ nonsense }')).resolves.toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    });
    await expect(ask('{')).resolves.toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] },
    });
  });

  test('hide why a context could not be made', async () => {
    contextFails = true;
    const { status, body } = await ask('{ broken }');

    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(JSON.stringify(lines)).toContain('hunter2');
  });
});

describe('the context of a request', () => {
  test.each([
    ['an answer', '{ thing(id: "1") { id } }'],
    ['an error', '{ broken }'],
    ['a document that does not parse', '{'],
    ['a document that is not valid', '{ nonsense }'],
    ['no document', ''],
    ['a refusal', '{ _service { sdl } }'],
  ])('is closed once after %s', async (_what, query) => {
    await ask(query);

    expect({ opened, closed }).toEqual({ opened: 1, closed: 1 });
  });

  test('is closed once when many operations come in one request, which are refused', async () => {
    const { status } = await send([{ query: '{ broken }' }], { [IDENTITY_HEADER]: await sign(agent) });

    expect(status).toBe(400);
    expect({ opened, closed }).toEqual({ opened: 1, closed: 1 });
  });

  test('is told when the caller goes away, and closed once', async () => {
    const arrival = new Promise<AbortSignal>((resolve) => (arrived = resolve));
    const caller = new AbortController();
    const pending = request(`${http.url()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: await sign(agent) },
      body: JSON.stringify({ query: '{ slow }' }),
      signal: caller.signal,
    });
    const signal = await arrival;
    expect(signal.aborted).toBe(false);
    caller.abort();
    await expect(pending).rejects.toThrow('aborted');
    while (closed === 0) await setImmediate();

    expect(signal.aborted).toBe(true);
    expect({ opened, closed }).toEqual({ opened: 1, closed: 1 });
  });

  test('that fails to close is logged and costs nobody the answer', async () => {
    closeFails = true;

    await expect(ask('{ thing(id: "1") { id } }')).resolves.toMatchObject({
      status: 200,
      body: { data: { thing: { id: '1' } } },
    });
    expect(JSON.stringify(lines)).toContain('cannot close');
  });
});

test('operations are measured by root field, and what clients invent makes no new series', async () => {
  for (const name of ['a', 'b', 'c']) await ask(`query ${name} { ${name}: thing(id: "1") { id } }`);
  await ask('{ refused wrong }');
  await ask('{ invented }');
  const text = await metrics.text();

  expect(text).toMatch(/duration_seconds_count\{.*type="query",field="thing",outcome="ok"\} \d+/);
  expect(text).toMatch(/type="query",field="several",outcome="error"/);
  expect(text).toMatch(/type="invalid",field="invalid",outcome="error"/);
  expect(text).not.toMatch(/field="(a|b|c|invented)"/);
});

describe('a subgraph for who is in the same process', () => {
  function askLocally(query: string, { as = agent, variables = {} }: { as?: Identity; variables?: object } = {}) {
    const caller = { identity: as, requestId: 'near', clientAddress: undefined, signal: new AbortController().signal };
    return subgraph.local.prepare(query)({ ...variables }, caller);
  }

  /** Without the ids of requests, which differ. */
  const told = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(/[0-9a-f-]{36}|near/g, 'ID')) as object;

  const entities = 'query($of: [_Any!]!) { _entities(representations: $of) { ... on Thing { name owner } } }';
  const of = [
    { __typename: 'Thing', id: '1' },
    { __typename: 'Thing', id: 'gone' },
  ];

  test.each([
    ['a field', '{ thing(id: "1") { id name owner __typename } }', {}, partner],
    ['entities', entities, { of }, partner],
    ['entities of a type that nobody knows', entities, { of: [{ __typename: 'Elsewhere', id: '1' }] }, partner],
    ['errors with a code', '{ refused wrong }', {}, agent],
    ['errors without one', '{ refused broken alsoBroken }', {}, agent],
    ['a null where none may be', '{ impossible }', {}, agent],
    ['the schema, to an agent', '{ _service { sdl } thing(id: "1") { id } }', {}, agent],
    ['the schema, to a service', '{ _service { __typename } }', {}, router],
    ['what a partner’s scopes do not allow', '{ broken }', {}, { ...partner, scopes: [] }],
    ['variables that do not fit', 'query($at: DateTime!) { echo(at: $at) }', { at: 'soon' }, agent],
  ] as const)('answers as over HTTP: %s', async (_what, query, variables, as) => {
    const { body } = await ask(query, { as, variables });
    const { data, errors } = await askLocally(query, { as, variables });
    const over = { data: null, errors: [], ...(body as object) };

    expect(
      told({ data, errors: errors.map(({ message, path, extensions }) => ({ message, path, extensions })) }),
    ).toEqual(
      told({ ...over, errors: over.errors.map(({ message, path, extensions }) => ({ message, path, extensions })) }),
    );
    expect(closed).toBe(opened);
  });

  test('opens nothing for who is refused', async () => {
    await askLocally('{ broken }', { as: { ...partner, scopes: [] } });
    expect(opened).toBe(0);
  });

  test('keeps two who ask the same at once apart', async () => {
    const run = subgraph.local.prepare('{ thing(id: "1") { owner } }');
    const signal = new AbortController().signal;
    const answers = await Promise.all(
      [agent, partner].map((identity) => run({}, { identity, requestId: 'r', clientAddress: undefined, signal })),
    );
    expect(answers.map(({ data }) => data?.['thing'])).toEqual([{ owner: 'agent' }, { owner: 'partner' }]);
    expect({ opened, closed }).toEqual({ opened: 2, closed: 2 });
  });

  test('says when it cannot begin, and refuses a document that does not fit', async () => {
    expect(() => subgraph.local.prepare('{ nonsense }')).toThrow(/nonsense/);
    contextFails = true;
    await expect(askLocally('{ refused }')).rejects.toThrow('hunter2');
  });

  test('answers although a context fails to close, and says so in the log', async () => {
    closeFails = true;
    expect(await askLocally('{ thing(id: "1") { id } }')).toMatchObject({ data: { thing: { id: '1' } }, errors: [] });
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'a context failed to close', requestId: 'near' }));
  });
});
