import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { QdrantClient } from '@qdrant/js-client-rest';
import { request } from 'undici';
import { v7 } from 'uuid';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { testQdrant } from '#test/stack/index.ts';
import { createLocalEmbedder } from '../embedding/localEmbedder.ts';
import { createChunkIndex, type ChunkIndex } from './chunkIndex.ts';
import { collectionName } from './collection.ts';

interface Recorded {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** Passes everything on to Qdrant, but once for each path in `refused`, and keeps what was asked. */
async function recordingProxy(target: string) {
  const requests: Recorded[] = [];
  const refused: string[] = [];
  const server = createServer((incoming, response) => {
    const pass = async () => {
      const body = await text(incoming);
      const method = (incoming.method ?? 'GET') as 'GET' | 'PUT' | 'POST';
      requests.push({ path: incoming.url ?? '', body: body === '' ? {} : JSON.parse(body) });
      const headers = { 'content-type': 'application/json' };
      if (incoming.url === refused[0]) {
        refused.shift();
        response.writeHead(400, headers).end('{"status":{"error":"not now"},"time":0}');
        return;
      }
      const answer = await request(`${target}${incoming.url}`, { method, headers, body: body === '' ? null : body });
      response.writeHead(answer.statusCode, headers);
      response.end(await answer.body.text());
    };
    pass().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url, requests, refused, close };
}

const embedder = createLocalEmbedder();
const collection = collectionName(embedder);
const chunk = (ordinal: number, words: string) => ({ ordinal, heading: '', text: words });

describe('the index of chunks', () => {
  let qdrant: Awaited<ReturnType<typeof testQdrant>>;
  let proxy: Awaited<ReturnType<typeof recordingProxy>>;
  let index: ChunkIndex;
  let client: QdrantClient;

  const indexAt = (url: string) =>
    createChunkIndex({ url, embedder, logger, metrics: createMetrics({ service: 'test' }) });
  const document = (companyId: string, version = 1, id: string = v7()) => ({ companyId, id, version, title: 'Help' });

  beforeAll(async () => {
    qdrant = await testQdrant();
    proxy = await recordingProxy(qdrant.url);
    index = indexAt(proxy.url);
    await index.start();
    client = new QdrantClient({ url: qdrant.url, checkCompatibility: false });
  });

  beforeEach(() => {
    proxy.requests.length = 0;
  });

  afterAll(async () => {
    await proxy.close();
    await qdrant.close();
  });

  it('makes a collection for many companies: a graph each, the rarity of words known', async () => {
    const { config, payload_schema } = await client.getCollection(collection);
    expect(config.params.vectors).toMatchObject({ dense: { size: 384, distance: 'Cosine' } });
    expect(config.params.sparse_vectors).toMatchObject({ bm25: { modifier: 'idf' } });
    expect(config.hnsw_config).toMatchObject({ m: 0, payload_m: 16 });
    expect(payload_schema['company_id']?.params).toMatchObject({ type: 'keyword', is_tenant: true });
    expect(payload_schema['document_id']?.data_type).toBe('keyword');
  });

  it('can be started by several processes at once', async () => {
    await client.deleteCollection(collection);
    await Promise.all([1, 2, 3].map(() => indexAt(qdrant.url).start()));
    expect((await client.collectionExists(collection)).exists).toBe(true);
  });

  it('names the company in `must` of every request, at the root and in every prefetch', async () => {
    const companyId = v7();
    const condition = { key: 'company_id', match: { value: companyId } };
    await index.put(document(companyId), [chunk(0, 'Refunds take five days.')]);
    await index.search(companyId, 'refund', 3);
    await index.search(companyId, 'what is it', 3);

    const reads = proxy.requests.filter(({ path }) => path.includes('/points/query')).map(({ body }) => body);
    expect(reads).toHaveLength(2);
    for (const read of reads) {
      const prefetches = read['prefetch'] as { filter: { must: unknown[] }; limit: number }[];
      for (const { filter } of [read as (typeof prefetches)[0], ...prefetches]) {
        expect(Object.keys(filter)).toEqual(['must']);
        expect(filter.must).toContainEqual(condition);
      }
      expect(prefetches.every(({ limit }) => limit >= 12)).toBe(true);
    }
    expect(reads.map((read) => (read['prefetch'] as unknown[]).length)).toEqual([2, 1]);

    const [removal] = proxy.requests.filter(({ path }) => path.includes('/points/delete'));
    expect(removal?.body['filter']).toMatchObject({ must: expect.arrayContaining([condition]) });
    const writes = proxy.requests.filter(({ path }) => /points\?/.test(path));
    expect(writes.length).toBeGreaterThan(0);
    for (const { path, body } of writes) {
      expect(path).toContain('wait=true');
      const points = body['points'] as { payload: Record<string, unknown> }[];
      expect(points.every(({ payload }) => payload['company_id'] === companyId)).toBe(true);
    }
  });

  it('finds nothing of another company, however near it is', async () => {
    const [ours, theirs] = [v7(), v7()];
    await index.put(document(theirs), [chunk(0, 'The secret discount code is PINEAPPLE.')]);
    await index.put(document(ours), [chunk(0, 'We sell shoes.')]);
    const found = await index.search(ours, 'The secret discount code is PINEAPPLE', 50);
    expect(found.map((passage) => passage.text)).toEqual(['We sell shoes.']);
    expect(await index.search(v7(), 'PINEAPPLE', 50)).toEqual([]);
  });

  it('holds a document once, however often and however concurrently it is put', async () => {
    const companyId = v7();
    const same = document(companyId);
    const chunks = Array.from({ length: 130 }, (_, i) => chunk(i, `Rule number ${i}.`));
    await Promise.all([index.put(same, chunks), index.put(same, chunks), index.put(same, chunks)]);
    const filter = { must: [{ key: 'company_id', match: { value: companyId } }] };
    expect(await client.count(collection, { filter, exact: true })).toEqual({ count: 130 });
  });

  it('replaces the older version of a document, and never the newer one', async () => {
    const companyId = v7();
    const older = document(companyId);
    const newer = { ...older, version: 2 };
    await index.put(older, [chunk(0, 'Thirty days.'), chunk(1, 'Or more.')]);
    await index.put(newer, [chunk(0, 'Sixty days.')]);
    expect(await index.search(companyId, 'days', 5)).toMatchObject([{ text: 'Sixty days.', version: 2 }]);
    await index.put(older, [chunk(0, 'Thirty days.')]);
    const versions = (await index.search(companyId, 'days', 5)).map(({ version }) => version);
    expect(new Set(versions)).toEqual(new Set([1, 2]));
  });

  it('starts while Qdrant is away, says so, and works once it is back', async () => {
    await qdrant.kill9();
    const late = indexAt(qdrant.url);
    await late.start();
    await expect(late.check()).rejects.toThrow(/fetch failed/);
    await expect(late.search(v7(), 'refund', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await qdrant.restart();
    const companyId = v7();
    await late.put(document(companyId), [chunk(0, 'Refunds take five days.')]);
    expect(await late.search(companyId, 'refund', 1)).toHaveLength(1);
    await late.check();
  });

  it('goes on after its collection was refused once', async () => {
    const refusing = indexAt(proxy.url);
    proxy.refused.push(`/collections/${collection}/index?wait=true`);
    await expect(refusing.search(v7(), 'refund', 1)).rejects.toMatchObject({ status: 400 });
    expect(proxy.refused).toEqual([]);
    expect(await refusing.search(v7(), 'refund', 1)).toEqual([]);
  });

  it('makes its collection again when the server has lost it', async () => {
    await client.deleteCollection(collection);
    await expect(index.search(v7(), 'refund', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await index.search(v7(), 'refund', 1)).toEqual([]);
  });
});
