import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { silentLogger } from '#platform/logging/logger.ts';
import { eventually } from '#test/stack/eventually.ts';
import { serveConnection } from './connection.ts';
import { createTurnEnd } from './frameWriter.ts';

let server: WebSocketServer;
let client: WebSocket;
let served: WebSocket;

beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  const connected = once(server, 'connection');
  client = new WebSocket(`ws://127.0.0.1:${String(address.port)}`);
  await once(client, 'open');
  const [accepted, request] = (await connected) as [WebSocket, IncomingMessage];
  served = accepted;
  const visit = {
    identify: async () => undefined,
    hear: () => true,
    begin: () => () => undefined,
    leave: () => undefined,
  };
  serveConnection(
    served,
    {
      origin: undefined,
      address: undefined,
      client: { name: undefined, version: undefined },
      visit,
      stream: request.socket,
    },
    {
      authenticate: async () => undefined,
      start: () => ({ end: () => undefined, executed: Promise.resolve() }),
      initTimeoutMs: 60_000,
      maxOperations: 1,
      maxWaiting: 1,
      atTurnEnd: createTurnEnd(),
      logger: silentLogger,
    },
  );
});
afterEach(() => {
  client.terminate();
  served.terminate();
  server.close();
});

it('stops reading from a stranger who does not take the answers, and goes on when they are taken', async () => {
  const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(100_000) } });
  const pings = 200;
  let pongs = 0;
  client.on('message', () => (pongs += 1));
  client.pause();
  for (let sent = 0; sent < pings; sent++) client.send(ping);

  await eventually(() => expect(served.isPaused).toBe(true));
  expect(served.bufferedAmount).toBeLessThan(4_000_000);

  client.resume();
  await eventually(() => expect(pongs).toBe(pings));
  expect(served.isPaused).toBe(false);
});
