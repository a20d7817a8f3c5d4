import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectSubgraph, type SubgraphHttp } from './subgraphHttp.ts';

const received: IncomingHttpHeaders[] = [];
let server: Server;
let subgraph: SubgraphHttp;

beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(request.headers);
    response.end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  subgraph = connectSubgraph('shop', url, { timeoutMs: 10_000, connections: 1, maxResponseBytes: 1_000 });
});
afterAll(async () => {
  await subgraph.close();
  server.close();
});

const post = (value: string) => subgraph.post('{}', { 'x-told': value }, { ms: 10_000 });

test('a header whose value would begin another one is never sent', async () => {
  for (const value of ['a\r\nx-forged: yes', 'a\nx-forged: yes', 'a\rb', 'a\0b']) {
    await expect(post(value)).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
  }
  expect(received).toEqual([]);
  expect(await post('a\tb ü')).toBe('{}');
  expect(received).toEqual([expect.objectContaining({ 'x-told': expect.stringContaining('a\tb') })]);
  expect(received[0]).not.toHaveProperty('x-forged');
});
