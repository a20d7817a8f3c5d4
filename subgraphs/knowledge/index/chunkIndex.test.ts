import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { QdrantClient } from '@qdrant/js-client-rest';
import { v7 } from 'uuid';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { testQdrant } from '#test/stack/index.ts';
import { createLocalEmbedder } from '../embedding/localEmbedder.ts';
import { companiesOf, pointRequests, recordingQdrant, stagesOf } from '../testing/recordingQdrant.ts';
import type { Chunk } from '../text/chunk.ts';
import { createChunkIndex, type ChunkIndex, type IndexedDocument } from './chunkIndex.ts';
import { collectionName } from './collection.ts';

const embedder = createLocalEmbedder();
const collection = collectionName(embedder);
const chunk = (ordinal: number, words: string) => ({ ordinal, heading: '', text: words });

describe('the index of chunks', () => {
  let qdrant: Awaited<ReturnType<typeof testQdrant>>;
  let proxy: Awaited<ReturnType<typeof recordingQdrant>>;
  let index: ChunkIndex;
  let client: QdrantClient;

  const indexAt = (url: string) =>
    createChunkIndex({ url, embedder, logger, metrics: createMetrics({ service: 'test' }) });
  const put = (document: IndexedDocument, chunks: readonly Chunk[]) => index.put([{ document, chunks }]);
  const search = (companyId: string, query: string, first: number) => index.search({ companyId, query, first });
  const document = (companyId: string, version = 1, id: string = v7()) => ({ companyId, id, version, title: 'Help' });

  beforeAll(async () => {
    qdrant = await testQdrant();
    proxy = await recordingQdrant(qdrant.url);
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
    expect(config.params.vectors).toMatchObject({ dense: { size: embedder.dimensions, distance: 'Cosine' } });
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

  it('names the company in `must` of every request that reads or deletes, at the root and in every prefetch', async () => {
    const companyId = v7();
    const written = document(companyId);
    await put(written, [chunk(0, 'Refunds take five days.')]);
    for (const mode of ['dense', 'sparse', 'hybrid'] as const) {
      await index.search({ companyId, query: 'refund', first: 3, mode });
    }
    await search(companyId, 'what is it', 3);
    await index.copy(companyId, collection, () => undefined);
    await index.versions(companyId, collection);
    await index.count(companyId, collection);
    await index.dropOlder(written, 1);
    await index.remove(companyId, written.id);

    const [writes, others] = pointRequests(proxy.requests);
    expect(new Set(others.map(({ path }) => /points\/(\w+)/.exec(path)?.[1]))).toEqual(
      new Set(['query', 'scroll', 'count', 'delete']),
    );
    expect(others.flatMap(({ body }) => stagesOf(body)).length).toBeGreaterThan(others.length);
    for (const one of others) expect(new Set(companiesOf(one))).toEqual(new Set([companyId]));
    expect(writes.length).toBeGreaterThan(0);
    for (const one of writes) {
      expect(one.path).toContain('wait=true');
      expect(new Set(companiesOf(one))).toEqual(new Set([companyId]));
    }
  });

  it('fuses more from each ranking than is asked for', async () => {
    await search(v7(), 'refund', 3);
    const [read] = pointRequests(proxy.requests)[1];
    expect(stagesOf(read?.body ?? {}).map(({ limit }) => limit)).toEqual([3, expect.anything(), expect.anything()]);
    expect(stagesOf(read?.body ?? {}).every(({ limit }, i) => i === 0 || limit >= 12)).toBe(true);
  });

  it('finds nothing of another company, however near it is', async () => {
    const [ours, theirs] = [v7(), v7()];
    await put(document(theirs), [chunk(0, 'The secret discount code is PINEAPPLE.')]);
    await put(document(ours), [chunk(0, 'We sell shoes.')]);
    const found = await search(ours, 'The secret discount code is PINEAPPLE', 50);
    expect(found.map((passage) => passage.text)).toEqual(['We sell shoes.']);
    expect(await search(v7(), 'PINEAPPLE', 50)).toEqual([]);
  });

  it('holds a document once, however often and however concurrently it is put', async () => {
    const companyId = v7();
    const same = document(companyId);
    const chunks = Array.from({ length: 130 }, (_, i) => chunk(i, `Rule number ${i}.`));
    await Promise.all([put(same, chunks), put(same, chunks), put(same, chunks)]);
    const filter = { must: [{ key: 'company_id', match: { value: companyId } }] };
    expect(await client.count(collection, { filter, exact: true })).toEqual({ count: 130 });
  });

  it('holds two versions side by side until the older one is dropped, and never drops the newer one', async () => {
    const companyId = v7();
    const older = document(companyId);
    const newer = { ...older, version: 2 };
    const found = async () => (await search(companyId, 'days', 5)).map((passage) => passage.text).toSorted();
    await put(older, [chunk(0, 'Thirty days.'), chunk(1, 'Forty days.')]);
    await put(newer, [chunk(0, 'Sixty days.')]);
    expect(await found()).toEqual(['Forty days.', 'Sixty days.', 'Thirty days.']);
    await index.dropOlder(older, 1);
    expect(await found()).toEqual(['Sixty days.', 'Thirty days.']);
    await index.dropOlder(newer, 1);
    expect(await found()).toEqual(['Sixty days.']);
  });

  it('takes a document away for good, and leaves others alone, be they another company’s of the same id', async () => {
    const [ours, theirs, id] = [v7(), v7(), v7()];
    await put(document(ours, 1, id), [chunk(0, 'Ours.')]);
    await put(document(ours), [chunk(0, 'Our other one.')]);
    await put(document(theirs, 1, id), [chunk(0, 'Theirs.')]);
    await index.remove(ours, id);
    expect([await index.count(ours, collection), await index.count(theirs, collection)]).toEqual([1, 1]);
    await index.remove(ours, id);
    expect(await index.versions(ours, collection)).toEqual([{ documentId: expect.not.stringMatching(id), version: 1 }]);
  });

  it('starts while Qdrant is away, says so, and works once it is back', async () => {
    await qdrant.kill9();
    const late = indexAt(qdrant.url);
    await late.start();
    await expect(late.check()).rejects.toThrow(/fetch failed/);
    await expect(late.search({ companyId: v7(), query: 'refund', first: 1 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    await qdrant.restart();
    const companyId = v7();
    await late.put([{ document: document(companyId), chunks: [chunk(0, 'Refunds take five days.')] }]);
    expect(await late.search({ companyId: companyId, query: 'refund', first: 1 })).toHaveLength(1);
    await late.check();
  });

  it('goes on after its collection was refused once', async () => {
    const refusing = indexAt(proxy.url);
    proxy.refused.push(`/collections/${collection}/index?wait=true`);
    await expect(refusing.search({ companyId: v7(), query: 'refund', first: 1 })).rejects.toMatchObject({
      status: 400,
    });
    expect(proxy.refused).toEqual([]);
    expect(await refusing.search({ companyId: v7(), query: 'refund', first: 1 })).toEqual([]);
  });

  it('makes its collection again when the server has lost it', async () => {
    await client.deleteCollection(collection);
    await expect(search(v7(), 'refund', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await search(v7(), 'refund', 1)).toEqual([]);
  });
});
