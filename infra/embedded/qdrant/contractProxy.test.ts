import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ContractProxy, startContractProxy } from './contractProxy.ts';

describe('the check against the published API', () => {
  let answer: unknown;
  let server: Server;
  let proxy: ContractProxy;

  beforeEach(async () => {
    server = createServer((_request, response) => response.end(JSON.stringify(answer)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    proxy = await startContractProxy(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  });

  afterEach(async () => {
    await proxy.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const query = async (body: object) => {
    const response = await fetch(`${proxy.url}/collections/x/points/query?timeout=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.text();
  };
  const answered = (point: object) => ({ result: { points: [point] }, status: 'ok', time: 0.1 });

  it('passes a call on and lets a right one be', async () => {
    answer = answered({ id: 1, version: 2, score: 0.5 });
    expect(JSON.parse(await query({ query: [1, 2], limit: 3 }))).toEqual(answer);
    expect(() => proxy.assertKept()).not.toThrow();
  });

  it('notices a wrong answer', async () => {
    answer = answered({ id: 1, score: 'high' });
    await query({ query: [1, 2] });
    expect(() => proxy.assertKept()).toThrow('POST /collections/{collection_name}/points/query answered 200');
  });

  it('notices a wrong request that the server took', async () => {
    answer = answered({ id: 1, version: 2, score: 0.5 });
    await query({ query: [1, 2], limit: 0 });
    expect(() => proxy.assertKept()).toThrow('took {"query":[1,2],"limit":0}');
  });
});
