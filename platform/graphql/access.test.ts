import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { createHttpServer, type HttpServer } from '#platform/http/server.ts';
import type { Identity, Role } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER, createIdentitySigner } from '#platform/identity/signedIdentity.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createSubgraph } from './subgraphServer.ts';
import { accessTable, type AccessTable } from './access.ts';

const typeDefs = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Note @key(fields: "id") {
    id: ID!
    secret: Secret
  }
  type Secret @key(fields: "id") {
    id: ID!
  }
  type Query {
    notes: [Note!]!
    secrets: [Secret!]!
  }
  type Mutation {
    addNote: Note!
    dropAll: Int!
  }
`;
const everybody = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;
const access = accessTable(
  {
    notes: { roles: everybody, scope: 'notes:read', visitors: true },
    secrets: { roles: ['ADMIN'], scope: 'secrets:read' },
    manage: { roles: ['SUPERVISOR', 'ADMIN'] },
  },
  {
    query: { notes: 'notes', secrets: 'secrets' },
    mutation: { addNote: 'notes', dropAll: 'manage' },
    types: { Note: 'notes', Secret: 'secrets' },
  },
);
const identitySecret = 'a secret that is long enough for HS256';
const sign = createIdentitySigner(identitySecret);
const companyId = '01890a5d-ac96-774b-bcce-b302099a8057';
const agent = (role: Role): Identity => ({ kind: 'agent', companyId, agentId: companyId, role, scopes: [] });
const partner = (...scopes: string[]): Identity => ({ kind: 'partner', companyId, partner: 'crm', scopes });
const service: Identity = { kind: 'service', companyId, service: 'router', scopes: [] };
const visitor: Identity = {
  kind: 'visitor',
  companyId,
  channelId: companyId,
  visitorId: companyId,
  origin: 'https://shop.example',
  scopes: [],
};

let drops = 0;
let http: HttpServer;
let subgraph: Part;

function createTestSubgraph(table: AccessTable): Part {
  const entity = { __resolveReference: (reference: object) => reference };
  return createSubgraph({
    name: 'test',
    typeDefs,
    resolvers: {
      Query: { notes: () => [{ id: 'n1' }], secrets: () => [{ id: 's1' }] },
      Mutation: { addNote: () => ({ id: 'n2' }), dropAll: () => ++drops },
      Note: { ...entity, secret: () => ({ id: 's1' }) },
      Secret: entity,
    },
    http,
    identitySecret,
    logger,
    metrics: createMetrics({ service: 'test' }),
    access: table,
    context: () => ({ close: async () => undefined }),
  });
}

function createTestServer(): HttpServer {
  const metrics = createMetrics({ service: 'test' });
  return createHttpServer({ name: 'test', host: '127.0.0.1', port: 0, logger, metrics, checks: () => ({}) });
}

beforeAll(async () => {
  http = createTestServer();
  subgraph = createTestSubgraph(access);
  await subgraph.start();
  await http.start();
});
beforeEach(() => {
  drops = 0;
});
afterAll(async () => {
  await http.stop();
  await subgraph.stop();
});

interface Asked {
  readonly as?: Identity;
  readonly variables?: object;
  readonly operationName?: string;
}

async function ask(query: string, { as = visitor, ...rest }: Asked = {}) {
  const { statusCode, body } = await request(`${http.url()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: await sign(as) },
    body: JSON.stringify({ query, ...rest }),
  });
  // What is refused is nobody's fault: a router would ask again for a status above.
  expect(statusCode).toBeLessThan(500);
  return (await body.json()) as {
    data?: unknown;
    errors?: { message: string; extensions: { code: string } }[];
  };
}

const lookUp =
  'query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Note { id } ... on Secret { id } } }';
const lookUpNotes = 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Note { id } } }';
const note = { __typename: 'Note', id: 'n1' };
const secret = { __typename: 'Secret', id: 's1' };

describe('a visitor of a web chat', () => {
  test.each([
    ['a field that the subgraph names', '{ __typename notes { id } }', undefined],
    ['a mutation that it names', 'mutation { addNote { id } }', undefined],
    ['an entity that it names', lookUpNotes, { of: [note, note] }],
    ['no entities', lookUpNotes, { of: [] }],
  ])('gets %s', async (_what, query, variables) => {
    const answer = await ask(query, { ...(variables && { variables }) });
    expect(answer).not.toHaveProperty('errors');
    expect(answer.data).toBeTruthy();
  });

  test.each([
    ['another field', '{ secrets { id } }', undefined],
    ['another field beside one of theirs', '{ notes { id } secrets { id } }', undefined],
    ['another field under the name of one of theirs', '{ notes: secrets { id } }', undefined],
    ['another field in an inline fragment', '{ notes { id } ... on Query { ... { secrets { id } } } }', undefined],
    ['another field in a fragment', '{ ...F } fragment F on Query { secrets { id } }', undefined],
    ['another field that might be skipped', '{ secrets @skip(if: true) { id } notes { id } }', undefined],
    ['another mutation', 'mutation { addNote { id } dropAll }', undefined],
    ['a query’s field as if it were a mutation’s', 'mutation { dropAll addNote { id } }', undefined],
    ['the schema', '{ __schema { queryType { name } } }', undefined],
    ['the SDL', '{ _service { sdl } }', undefined],
    ['another entity', lookUpNotes, { of: [secret] }],
    ['another entity behind one of theirs', lookUpNotes, { of: [note, secret] }],
    [
      'another entity in the text',
      '{ _entities(representations: [{ __typename: "Secret", id: "s1" }]) { __typename } }',
      undefined,
    ],
    [
      'another entity as a default',
      'query ($of: [_Any!]! = [{ __typename: "Secret", id: "s1" }]) { _entities(representations: $of) { __typename } }',
      undefined,
    ],
    ['an entity without a type', lookUpNotes, { of: [{ id: 's1' }] }],
    ['a field of another entity', lookUp, { of: [note] }],
    ['an entity whose type is a list', lookUpNotes, { of: [{ __typename: ['Note', 'Secret'], id: 's1' }] }],
  ])('is refused %s, and nothing of it is done', async (_what, query, variables) => {
    const answer = await ask(query, { ...(variables && { variables }) });
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(answer.data ?? null).toBeNull();
    expect(drops).toBe(0);
  });

  test('is measured by the operation that is run, and not by others of the document', async () => {
    const query = 'query Theirs { notes { id } } query Others { secrets { id } }';
    expect(await ask(query, { operationName: 'Theirs' })).not.toHaveProperty('errors');
    expect((await ask(query, { operationName: 'Others' })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('an agent', () => {
  test.each([
    ['AGENT', '{ notes { id } }', true],
    ['AGENT', '{ secrets { id } }', false],
    ['AGENT', 'mutation { dropAll }', false],
    ['SUPERVISOR', 'mutation { dropAll }', true],
    ['SUPERVISOR', '{ secrets { id } }', false],
    ['ADMIN', '{ secrets { id } }', true],
  ] as const)('of the role %s is measured by it: %s', async (role, query, allowed) => {
    const { errors } = await ask(query, { as: agent(role) });
    expect(errors?.[0]?.extensions.code).toBe(allowed ? undefined : 'FORBIDDEN');
    expect(drops).toBe(allowed && query.includes('dropAll') ? 1 : 0);
  });
});

describe('a partner', () => {
  test('without scopes gets nothing', async () => {
    for (const query of ['{ notes { id } }', '{ secrets { id } }', 'mutation { addNote { id } }']) {
      expect((await ask(query, { as: partner() })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  test('gets what the scopes of the token are for, and is told which one is missing', async () => {
    expect(await ask('{ notes { id } }', { as: partner('notes:read') })).not.toHaveProperty('errors');
    const { errors } = await ask('{ notes { id } secrets { id } }', { as: partner('notes:read', 'secrets') });
    expect(errors?.[0]?.message).toContain('secrets:read');
    expect(await ask('{ secrets { id } }', { as: partner('secrets:read') })).not.toHaveProperty('errors');
  });

  test('is for agents only where no scope opens it, whatever scopes the token has', async () => {
    const all = partner('notes:read', 'secrets:read', 'manage', '*');
    expect((await ask('mutation { dropAll }', { as: all })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(drops).toBe(0);
  });

  test.each([
    ['a field', '{ notes { id secret { id } } }'],
    ['a fragment', '{ notes { ...N } } fragment N on Note { secret { id } }'],
    ['an inline fragment', '{ notes { ... on Note { secret { ... { id } } } } }'],
    ['the payload of a mutation', 'mutation { addNote { secret { id } } }'],
  ])('cannot reach by %s of what is theirs what is not', async (_what, query) => {
    const answer = await ask(query, { as: partner('notes:read') });
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(answer.data ?? null).toBeNull();
  });

  test('looks up entities of what is theirs only', async () => {
    const as = partner('notes:read');
    expect(await ask(lookUpNotes, { as, variables: { of: [note] } })).not.toHaveProperty('errors');
    for (const entities of [[secret], [note, secret]]) {
      expect((await ask(lookUpNotes, { as, variables: { of: entities } })).errors?.[0]?.extensions.code).toBe(
        'FORBIDDEN',
      );
    }
    expect((await ask(lookUp, { as, variables: { of: [note] } })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('a service', () => {
  test('gets everything', async () => {
    expect(await ask('{ notes { secret { id } } secrets { id } }', { as: service })).not.toHaveProperty('errors');
  });
});

describe('a subgraph', () => {
  test.each([
    ['a query', { ...access, query: { notes: 'notes' } }, 'query secrets'],
    ['a mutation', { ...access, mutation: { addNote: 'notes' } }, 'mutation dropAll'],
    ['an entity', { ...access, types: { Note: 'notes' } }, 'type Secret'],
  ])('whose table leaves out %s does not come to be', (_what, table, named) => {
    expect(() => createTestSubgraph(table as AccessTable)).toThrow(`Nobody is permitted ${named}`);
  });

  test('whose table names what it has not does not come to be either', () => {
    const table = { ...access, query: { ...access.query, gone: 'notes' } } as AccessTable;
    expect(() => createTestSubgraph(table)).toThrow('The subgraph has no query gone');
  });
});
