import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalServer, type LocalServer } from '#test/standins/localServer.ts';
import { createGraphApi, type GraphApi } from './graphApi.ts';

const token = 'EAAB-secret-token';

describe('the client of the Graph API', () => {
  let server: LocalServer;
  let graph: GraphApi;
  let requests: IncomingMessage[];
  let answer: { status: number; body: string; headers?: Record<string, string> };

  beforeEach(async () => {
    requests = [];
    answer = { status: 200, body: '{"id":"1"}' };
    server = createLocalServer({
      name: 'Graph',
      host: '127.0.0.1',
      port: 0,
      async answer(request, response) {
        requests.push(request);
        response.writeHead(answer.status, answer.headers).end(answer.body);
      },
    });
    await server.start();
    graph = createGraphApi({ apiUrl: server.url(), version: 'v26.0', appSecret: 'app-secret' });
    await graph.start();
  });

  afterEach(async () => {
    await graph.stop();
    await server.stop();
  });

  it('keeps the token out of the address, and proves that it is ours', async () => {
    const answered = await graph.call(token, { method: 'GET', path: '/me', query: { fields: 'id,name' } });
    expect(answered).toMatchObject({ kind: 'answered', body: { id: '1' } });
    const proof = createHmac('sha256', 'app-secret').update(token).digest('hex');
    expect(requests[0]?.url).toBe(`/v26.0/me?fields=id%2Cname&appsecret_proof=${proof}`);
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${token}`);
  });

  it('needs no app secret', async () => {
    const plain = createGraphApi({ apiUrl: server.url(), version: 'v26.0' });
    await plain.start();
    await plain.call(token, { method: 'POST', path: '/me/messages', body: {} });
    await plain.stop();
    expect(requests[0]?.url).toBe('/v26.0/me/messages');
  });

  it('gives an error with how long to wait, and without the token that Meta repeats', async () => {
    const headers = { 'x-app-usage': '{"call_count":100}' };
    answer = {
      status: 400,
      body: JSON.stringify({ error: { code: 190, message: `Malformed access token ${token}` } }),
      headers,
    };
    expect(await graph.call(token, { method: 'GET', path: '/me' })).toEqual({
      kind: 'failed',
      status: 400,
      error: { code: 190, message: 'Malformed access token …' },
      waitMs: 60_000,
    });
  });

  it('takes a page of a proxy for no answer of Graph', async () => {
    answer = { status: 502, body: '<html>nginx</html>' };
    expect(await graph.call(token, { method: 'GET', path: '/me' })).toMatchObject({
      kind: 'answered',
      body: undefined,
    });
  });

  it('sends nothing with a token that cannot stand in a header', async () => {
    expect(await graph.call('a\nb', { method: 'GET', path: '/me' })).toMatchObject({ kind: 'unreachable' });
    expect(requests).toHaveLength(0);
  });

  it('sends nothing after its stop', async () => {
    await graph.stop();
    expect(await graph.call(token, { method: 'GET', path: '/me' })).toMatchObject({ kind: 'unreachable' });
  });
});
