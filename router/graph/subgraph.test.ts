import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { agent } from '../testing/world.ts';
import type { RequestScope } from '../execution/source.ts';
import { createSubgraph, type Subgraph } from './subgraph.ts';

let server: Server;
let subgraph: Subgraph;
let requests = 0;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((_request, response) => {
    requests += 1;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  subgraph = createSubgraph({
    name: 'inventory',
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/behind/a/path/`,
    limits: { timeoutMs: 300, connections: 2, maxResponseBytes: 10_000 },
    signIdentity: async () => 'signed',
    metrics: createMetrics({ service: 'test' }),
  });
});
afterAll(async () => {
  await subgraph.close();
  server.close();
});
beforeEach(() => {
  requests = 0;
});

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

  it('is repeated once when it only reads', async () => {
    await expect(ask('query { a }')).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(requests).toBe(2);
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

describe('an answer', () => {
  it.each([
    ['of a proxy in HTML', 502, '<html>', 'SUBGRAPH_UNAVAILABLE'],
    ['that is no JSON', 200, 'OK', 'SUBGRAPH_UNAVAILABLE'],
    ['that is no GraphQL', 200, '[]', 'SUBGRAPH_UNAVAILABLE'],
    ['over the limit', 200, JSON.stringify({ data: { a: 'x'.repeat(20_000) } }), 'SUBGRAPH_UNAVAILABLE'],
    ['that refuses our own signature', 401, '{"errors":[{"message":"no"}]}', 'INTERNAL_SERVER_ERROR'],
  ])('%s is a failure, and is not asked for again', async (_, status, body, code) => {
    reply(status, body);
    await expect(ask('{ a }')).rejects.toMatchObject({ code });
    expect(requests).toBe(1);
  });

  it('that does not come in time is given up', async () => {
    answer = (response) => response.write('{"data":');
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
