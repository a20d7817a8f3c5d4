import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createMetrics, type Metrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { agent } from '../testing/world.ts';
import type { RequestScope } from '../execution/source.ts';
import { createFlights } from './flights.ts';
import { createSubgraph, type Subgraph } from './subgraph.ts';

let server: Server;
let subgraph: Subgraph;
let metrics: Metrics;
let requests = 0;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((_request, response) => {
    requests += 1;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());
beforeEach(() => {
  requests = 0;
  metrics = createMetrics({ service: 'test' });
  subgraph = connect();
});
afterEach(() => subgraph.close());

function connect(timeoutMs = 30_000): Subgraph {
  return createSubgraph({
    name: 'inventory',
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/behind/a/path/`,
    limits: { timeoutMs, connections: 4, maxResponseBytes: 10_000 },
    signIdentity: async (identity) => JSON.stringify(identity),
    flights: createFlights(),
    metrics,
  });
}

async function counted(what: 'retries' | 'shared' | 'refused'): Promise<number> {
  const text = await metrics.text();
  return Number(new RegExp(`^switchboard_router_subgraph_${what}_total\\{[^}]*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

function ask(query: string, scope: Partial<RequestScope> = {}) {
  const kind = query.startsWith('mutation') ? 'mutation' : 'query';
  const bodyHead = `{"query":${JSON.stringify(query)},"variables":`;
  return subgraph.fetch({ kind, query, bodyHead }, '{}', { identity: agent(), requestId: 'r', ...scope });
}

function reply(status: number, body: string): void {
  answer = (response) => response.writeHead(status).end(body);
}

describe('a fetch whose connection dies', () => {
  beforeEach(() => {
    answer = (response) => response.socket?.destroy();
  });

  it('is repeated twice, and not more often, when it only reads', async () => {
    await expect(ask('query { a }')).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect([requests, await counted('retries')]).toEqual([3, 2]);
  });

  it('is never repeated when it changes something', async () => {
    await expect(ask('mutation { a }')).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(requests).toBe(1);
  });

  it('is answered by the repetition', async () => {
    answer = (response) => {
      if (requests === 1) response.socket?.destroy();
      else response.end('{"data":{"a":1}}');
    };
    expect(await ask('{ a }')).toEqual({ data: { a: 1 }, errors: [] });
  });
});

describe('a fetch for a live view', () => {
  it('leaves half of the connections to those who ask, however many there are', async () => {
    const held: ServerResponse[] = [];
    answer = (response) => held.push(response);
    const release = () => held.splice(0).forEach((response) => response.end('{"data":{"a":1}}'));
    const live = Array.from({ length: 5 }, () => ask('{ a }', { event: {} }));
    await eventually(() => expect(requests).toBe(2));
    const asked = ask('{ b }');
    await eventually(() => expect(requests).toBe(3));
    release();
    expect(await asked).toMatchObject({ data: { a: 1 } });
    // Each has its turn, and none of them has run out of time by waiting for it.
    answer = (response) => response.end('{"data":{"a":1}}');
    release();
    expect(await Promise.all(live)).toHaveLength(5);
  });

  it('gives its place on when it fails', async () => {
    reply(500, '');
    const live = await Promise.allSettled(Array.from({ length: 3 }, () => ask('{ a }', { event: {} })));
    expect(live.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    reply(200, '{"data":{"a":1}}');
    expect(await ask('{ a }', { event: {} })).toMatchObject({ data: { a: 1 } });
  });
});

describe('an answer', () => {
  it.each([
    ['of a server that fails', 500, '<html>', 'SUBGRAPH_UNAVAILABLE'],
    ['that is no JSON', 200, 'OK', 'SUBGRAPH_UNAVAILABLE'],
    ['that is no GraphQL', 200, '[]', 'SUBGRAPH_UNAVAILABLE'],
    ['over the limit', 200, JSON.stringify({ data: { a: 'x'.repeat(20_000) } }), 'SUBGRAPH_UNAVAILABLE'],
    ['that refuses our own signature', 401, '{"errors":[{"message":"no"}]}', 'INTERNAL_SERVER_ERROR'],
  ])('%s is a failure, and is not asked for again', async (_, status, body, code) => {
    reply(status, body);
    await expect(ask('{ a }')).rejects.toMatchObject({ code });
    expect(requests).toBe(1);
  });

  it.each([502, 503, 504])(
    'with the status %s, of a proxy whose server restarts, is asked for again',
    async (status) => {
      answer = (response) => {
        if (requests < 3) response.writeHead(status).end('<html>');
        else response.end('{"data":{"a":1}}');
      };
      expect(await ask('{ a }')).toEqual({ data: { a: 1 }, errors: [] });
      expect(requests).toBe(3);
    },
  );

  it('of a proxy whose server restarts is not asked for again when it would change something', async () => {
    reply(503, '<html>');
    await expect(ask('mutation { a }')).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(requests).toBe(1);
  });

  it('that does not come in time is given up', async () => {
    answer = (response) => response.write('{"data":');
    await subgraph.close();
    subgraph = connect(300);
    await expect(ask('{ a }')).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(requests).toBe(1);
  });

  it('with errors is passed on, data and all', async () => {
    reply(200, '{"data":{"a":null},"errors":[{"message":"no","path":["a"]}]}');
    expect(await ask('{ a }')).toEqual({ data: { a: null }, errors: [{ message: 'no', path: ['a'] }] });
  });
});

it('nobody is asked for somebody without an identity', async () => {
  await expect(ask('{ a }', { identity: undefined })).rejects.toMatchObject({
    extensions: { code: 'UNAUTHENTICATED' },
  });
  expect(requests).toBe(0);
});

describe('a subgraph that fails five times in a row', () => {
  beforeEach(async () => {
    reply(500, 'down');
    for (let time = 0; time < 5; time++) await ask('{ a }').catch(() => undefined);
  });

  it('is left alone, with queries and mutations', async () => {
    await expect(ask('{ a }')).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    await expect(ask('mutation { a }')).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect([requests, await counted('refused')]).toEqual([5, 2]);
  });

  it('is asked again after a while, and as ever when it answers', async () => {
    reply(200, '{"data":{"a":1}}');
    await eventually(() => ask('{ a }'));
    await Promise.all([ask('{ a }'), ask('{ a }')]);
    expect(requests).toBe(8);
  });
});

it('is not left alone for saying no', async () => {
  reply(401, '{"errors":[{"message":"no"}]}');
  for (let time = 0; time < 6; time++) await ask('{ a }').catch(() => undefined);
  expect(requests).toBe(6);
});

describe('equal fetches at the same moment', () => {
  const ada = agent();
  const scope = { identity: ada, mayShare: true } as const;

  /** Holds the answers back until it is called. */
  function hold(): { release: () => void; asked: (count: number) => Promise<void> } {
    const waiting: ServerResponse[] = [];
    answer = (response) => void waiting.push(response);
    return {
      release: () => {
        for (const response of waiting.splice(0)) response.end(`{"data":{"a":${String(requests)}}}`);
      },
      asked: (count) => eventually(() => expect(requests).toBe(count)),
    };
  }

  it('ask once, and each gets an answer of its own', async () => {
    const { release, asked } = hold();
    const both = Promise.all([ask('{ a }', scope), ask('{ a }', { ...scope, requestId: 'another' })]);
    await asked(1);
    release();
    const [first, second] = await both;
    expect([first, second]).toEqual([1, 1].map((a) => ({ data: { a }, errors: [] })));
    expect(first.data).not.toBe(second.data);
    expect([requests, await counted('shared')]).toEqual([1, 1]);
  });

  it('fail together, and ask anew the next time', async () => {
    reply(500, 'down');
    const both = await Promise.allSettled([ask('{ a }', scope), ask('{ a }', scope)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await ask('{ a }', scope).catch(() => undefined);
    expect(requests).toBe(2);
  });

  it.each([
    ['for somebody else', '{ a }', { ...scope, identity: agent() }],
    [
      'for the same agent of another company',
      '{ a }',
      { ...scope, identity: agent({ ...ada, companyId: agent().agentId }) },
    ],
    ['from another address', '{ a }', { ...scope, clientAddress: '192.0.2.1' }],
    ['for something else', '{ b }', scope],
    ['for who was just told of a change', '{ a }', { identity: ada }],
  ])('ask twice %s', async (_, query, other) => {
    const { release, asked } = hold();
    const both = Promise.all([ask('{ a }', scope), ask(query, other)]);
    await asked(2);
    release();
    expect(await both).toHaveLength(2);
    expect(await counted('shared')).toBe(0);
  });

  it('ask twice when something was written after the first began, and never share a mutation', async () => {
    const { release, asked } = hold();
    const before = ask('{ a }', scope);
    await asked(1);
    const mutations = [ask('mutation { a }', scope), ask('mutation { a }', scope)];
    await asked(3);
    answer = (response) => response.end('{"data":{"a":0}}');
    release();
    await Promise.all([before, ...mutations]);

    const held = hold();
    const reading = ask('{ a }', scope);
    await held.asked(4);
    answer = (response) => response.end('{"data":{"a":"written"}}');
    await ask('mutation { a }', scope);
    expect(await ask('{ a }', scope)).toMatchObject({ data: { a: 'written' } });
    held.release();
    expect(await reading).toMatchObject({ data: { a: 6 } });
  });
});
