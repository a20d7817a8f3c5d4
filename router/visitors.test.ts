import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { supergraphFile } from '#schema/subgraphFiles.ts';
import { createSnapshot } from './graph/snapshot.ts';
import { collect } from './testing/collect.ts';
import { minimalCalls } from './testing/minimalCall.ts';
import { startRealGraph } from './testing/subgraphs.ts';
import { agent, startWorldOver, tokenFor, visitor } from './testing/world.ts';

const ofVisitors = new Set([
  'chatMessages',
  'sendChatMessage',
  'markChatRead',
  'setChatTyping',
  'chatUpdates',
  'chatTyping',
]);
const calls = minimalCalls(createSnapshot(readFileSync(supergraphFile, 'utf8')).schema);
const others = calls.filter(({ field }) => !ofVisitors.has(field));
const own = calls.filter(({ field }) => ofVisitors.has(field));
const overHttp = <Call extends { readonly type: string }>(some: readonly Call[]) =>
  some.filter(({ type }) => type !== 'subscription');

const origin = 'https://shop.example';
let world: Awaited<ReturnType<typeof startWorldOver>>;
let token: string;
let agentToken: string;
beforeAll(async () => {
  world = await startWorldOver(startRealGraph);
  [token, agentToken] = await Promise.all([tokenFor(visitor({ origin })), tokenFor(agent())]);
});
afterAll(() => world.close());

const codesOf = ({ errors }: { errors?: readonly { extensions: Record<string, unknown> }[] }) =>
  errors?.map(({ extensions }) => extensions['code']);
const ask = (query: string, as = token, headers: Record<string, string> = { origin }) =>
  world.post({ query }, { token: as, headers });

describe('a visitor of a web chat', () => {
  it('has fields of its own in the graph', () => {
    expect(own.map(({ field }) => field).toSorted()).toEqual([...ofVisitors].toSorted());
    expect(others.length).toBeGreaterThan(20);
  });

  it.each(overHttp(others))('may not call $type $field over HTTP', async ({ text }) => {
    const answer = await ask(text);
    expect([answer.status, codesOf(answer)]).toEqual([403, ['FORBIDDEN']]);
    expect(answer.data ?? null).toBeNull();
  });

  it.each(others)('may not call $type $field over a socket', async ({ text }) => {
    const call = collect(world.client(token, { origin }), text);
    expect((await call.failed()).code).toBe('FORBIDDEN');
    expect(call.results).toEqual([]);
  });

  it.each([
    ['in a fragment', 'query { ...F } fragment F on Query { agents { __typename } }'],
    ['beside one of its own', '{ chatMessages { __typename } agents { __typename } }'],
    ['under the name of one of its own', '{ chatMessages: agents { __typename } }'],
    ['that is the schema', '{ __schema { queryType { name } } }'],
    ['that is a type of the schema', '{ __type(name: "Agent") { name } }'],
  ])('may not call a field %s', async (_, query) => {
    expect(codesOf(await ask(query))).toEqual(['FORBIDDEN']);
    expect((await collect(world.client(token, { origin }), query).failed()).code).toBe('FORBIDDEN');
  });

  it.each([
    ['from a page of another site', { origin: 'https://evil.example' }],
    ['from the same host without its lock', { origin: 'http://shop.example' }],
    ['from another port', { origin: 'https://shop.example:8443' }],
    ['from a page without an origin', { origin: 'null' }],
    ['without saying from where', {}],
  ])('is refused %s', async (_, headers) => {
    const query = '{ chatMessages { pageInfo { hasNextPage } } }';
    const answer = await ask(query, token, headers);
    expect([answer.status, codesOf(answer)]).toEqual([403, ['FORBIDDEN']]);
    const closed: number[] = [];
    const on = { closed: (event: unknown) => closed.push((event as { code: number }).code) };
    const socket = world.client(token, { ...headers, lazy: false, on, onNonLazyError: () => undefined });
    const call = collect(socket, query);
    await call.ended();
    expect([closed[0], call.results]).toEqual([4403, []]);
  });
});

describe('a visitor who asks more than a person does', () => {
  it('is told to wait, over HTTP and over a socket, and nobody else is', async () => {
    const busy = await tokenFor(visitor({ origin }));
    const query = '{ chatMessages { pageInfo { hasNextPage } } }';
    const answers = await Promise.all(Array.from({ length: 75 }, () => ask(query, busy)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.flatMap(codesOf))).toEqual(new Set(['RATE_LIMITED']));
    const calls = Array.from({ length: 20 }, () => collect(world.client(busy, { origin }), query));
    const failures = await Promise.allSettled(calls.map((call) => call.failed()));
    expect(JSON.stringify(failures)).toContain('RATE_LIMITED');
    expect((await ask(query)).status).toBe(200);
  });
});

describe('somebody who is no visitor', () => {
  it.each(overHttp(own))('may not call $type $field over HTTP', async ({ text }) => {
    const answer = await ask(text, agentToken, {});
    expect([answer.status, codesOf(answer)]).toEqual([403, ['FORBIDDEN']]);
  });

  it.each(own)('may not call $type $field over a socket', async ({ text }) => {
    expect((await collect(world.client(agentToken), text).failed()).code).toBe('FORBIDDEN');
  });

  it('may come from pages of any site', async () => {
    for (const headers of [{}, { origin: 'https://desk.example' }]) {
      const answer = await ask('{ labels { id } }', agentToken, headers);
      expect(answer.status).toBe(200);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
    }
  });
});

describe('a page of another site', () => {
  it.each(['/graphql', '/chat/some-site/session'])('may ask %s, with a token and nothing else', async (path) => {
    const { statusCode, headers, body } = await request(`${world.router.url()}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    await body.dump();
    expect(statusCode).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': expect.stringContaining('authorization'),
      'access-control-max-age': '86400',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each(['/metrics', '/health/ready', '/webhooks/telegram/1', '/graphqlx'])('may not read %s', async (path) => {
    const { headers, body } = await request(`${world.router.url()}${path}`, { headers: { origin } });
    await body.dump();
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});
