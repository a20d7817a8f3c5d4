import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { createHttpServer, type HttpServer } from '#platform/http/server.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER, createIdentitySigner } from '#platform/identity/signedIdentity.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createSubgraph } from './subgraphServer.ts';
import type { VisitorAccess } from './visitorAccess.ts';

const typeDefs = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Note @key(fields: "id") {
    id: ID!
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
const identitySecret = 'a secret that is long enough for HS256';
const sign = createIdentitySigner(identitySecret);
const companyId = '01890a5d-ac96-774b-bcce-b302099a8057';
const agent: Identity = { kind: 'agent', companyId, agentId: companyId, role: 'AGENT', scopes: [] };
const visitor: Identity = {
  kind: 'visitor',
  companyId,
  channelId: companyId,
  visitorId: companyId,
  origin: 'https://shop.example',
  scopes: [],
};

let drops = 0;
const parts: Part[] = [];
let open: HttpServer;
let closed: HttpServer;

async function serve(visitors?: VisitorAccess): Promise<HttpServer> {
  const metrics = createMetrics({ service: 'test' });
  const http = createHttpServer({ name: 'test', host: '127.0.0.1', port: 0, logger, metrics, checks: () => ({}) });
  const entity = { __resolveReference: (reference: object) => reference };
  const subgraph = createSubgraph({
    name: 'test',
    typeDefs,
    resolvers: {
      Query: { notes: () => [{ id: 'n1' }], secrets: () => [{ id: 's1' }] },
      Mutation: { addNote: () => ({ id: 'n2' }), dropAll: () => ++drops },
      Note: entity,
      Secret: entity,
    },
    http,
    identitySecret,
    logger,
    metrics,
    ...(visitors && { visitors }),
    context: () => ({ close: async () => undefined }),
  });
  await subgraph.start();
  await http.start();
  parts.push(http, subgraph);
  return http;
}

beforeAll(async () => {
  open = await serve({ query: ['notes'], mutation: ['addNote'], entities: ['Note'] });
  closed = await serve();
});
afterAll(async () => {
  for (const part of parts) await part.stop();
});

interface Asked {
  readonly as?: Identity;
  readonly variables?: object;
  readonly operationName?: string;
}

async function ask(http: HttpServer, query: string, { as = visitor, ...rest }: Asked = {}) {
  const response = await request(`${http.url()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: await sign(as) },
    body: JSON.stringify({ query, ...rest }),
  });
  return (await response.body.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
}

const lookUp =
  'query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Note { id } ... on Secret { id } } }';
const note = { __typename: 'Note', id: 'n1' };
const secret = { __typename: 'Secret', id: 's1' };

describe('a visitor of a web chat', () => {
  test.each([
    ['a field that the subgraph names', '{ __typename notes { id } }', undefined],
    ['a mutation that it names', 'mutation { addNote { id } }', undefined],
    ['an entity that it names', lookUp, { of: [note, note] }],
    ['no entities', lookUp, { of: [] }],
  ])('gets %s', async (_what, query, variables) => {
    const answer = await ask(open, query, { ...(variables && { variables }) });
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
    ['another entity', lookUp, { of: [secret] }],
    ['another entity behind one of theirs', lookUp, { of: [note, secret] }],
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
    ['an entity without a type', lookUp, { of: [{ id: 's1' }] }],
    ['an entity whose type is a list', lookUp, { of: [{ __typename: ['Note', 'Secret'], id: 's1' }] }],
  ])('is refused %s, and nothing of it is done', async (_what, query, variables) => {
    const answer = await ask(open, query, { ...(variables && { variables }) });
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(answer.data ?? null).toBeNull();
    expect(drops).toBe(0);
  });

  test('is measured by the operation that is run, and not by others of the document', async () => {
    const query = 'query Theirs { notes { id } } query Others { secrets { id } }';
    expect(await ask(open, query, { operationName: 'Theirs' })).not.toHaveProperty('errors');
    expect((await ask(open, query, { operationName: 'Others' })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test.each(['{ notes { id } }', 'mutation { addNote { id } }'])(
    'gets nothing of a subgraph that names nothing: %s',
    async (query) => {
      expect((await ask(closed, query)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    },
  );

  test('takes nothing away from others', async () => {
    for (const http of [open, closed]) {
      expect(await ask(http, '{ notes { id } secrets { id } }', { as: agent })).not.toHaveProperty('errors');
      const variables = { of: [secret] };
      expect(await ask(http, lookUp, { as: agent, variables })).not.toHaveProperty('errors');
    }
  });
});
