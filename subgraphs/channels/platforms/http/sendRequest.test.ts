import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Agent } from 'undici';
import { platformConnections, sendRequest, withoutAnswer, type Exchange } from './sendRequest.ts';

describe('asking a platform', () => {
  let connections: Agent;
  let server: Server | undefined;

  beforeEach(() => {
    connections = platformConnections();
  });

  afterEach(async () => {
    await connections.close();
    server?.closeAllConnections();
    await server?.[Symbol.asyncDispose]();
    server = undefined;
  });

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('gives the answer with its status and headers', async () => {
    const url = await serve((_request, response) => response.writeHead(400, { 'x-usage': '7' }).end('{"error":1}'));
    expect(await sendRequest(connections, { method: 'POST', url, body: {} })).toMatchObject({
      kind: 'answered',
      status: 400,
      headers: { 'x-usage': '7' },
      body: { error: 1 },
    });
  });

  it('knows that nothing went out when there is nobody to connect to', async () => {
    const url = await serve(() => undefined);
    const { port } = new URL(url);
    await server?.[Symbol.asyncDispose]();
    server = undefined;
    for (const address of [`http://127.0.0.1:${port}`, `http://localhost:${port}`, 'http://nowhere.invalid']) {
      const exchange = await sendRequest(connections, { method: 'POST', url: address, body: {} });
      expect(exchange.kind).toBe('unreachable');
      expect(withoutAnswer(exchange)).toMatchObject({ kind: 'refused', again: true, platformDown: true });
    }
  });

  it.each<[string, RequestListener]>([
    ['the connection breaks before the answer', ({ socket }) => socket.destroy()],
    [
      'the connection breaks within the answer',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{');
        response.socket?.destroy();
      },
    ],
    ['the answer has no end', (_request, response) => response.end('x'.repeat(2 * 1024 * 1024))],
  ])('does not know what became of a request when %s', async (_what, listener) => {
    const exchange = await sendRequest(connections, { method: 'POST', url: await serve(listener), body: {} });
    expect(exchange.kind).toBe('unconfirmed');
    expect(withoutAnswer(exchange)).toEqual(exchange);
  });

  it('gives up on an answer that does not come', async () => {
    const url = await serve(() => undefined);
    const exchange = await sendRequest(connections, { method: 'POST', url, body: {}, limitMs: 50 });
    expect(exchange.kind).toBe('unconfirmed');
  });

  it.each([
    [503, 'refused'],
    [403, 'refused'],
    [413, 'refused'],
    [500, 'unconfirmed'],
    [502, 'unconfirmed'],
    [504, 'unconfirmed'],
    [302, 'unconfirmed'],
    [200, 'unconfirmed'],
  ])('takes a proxy’s %i for %s', (status, kind) => {
    const exchange: Exchange = { kind: 'answered', status, headers: {}, body: undefined };
    expect(withoutAnswer(exchange)).toMatchObject({ kind });
  });
});
