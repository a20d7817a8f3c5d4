import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { QdrantClient } from '@qdrant/js-client-rest';
import { createLocalEmbedder } from '#knowledge/embedding/localEmbedder.ts';
import { createChunkIndex } from '#knowledge/index/chunkIndex.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { qdrantTarget, type QdrantTarget } from '#test/stack/qdrantTarget.ts';
import { type ContractProxy, startContractProxy } from './contractProxy.ts';

type QueryBody = Parameters<QdrantClient['query']>[1];

const ANNA = '6f1d4c5e-0b7a-4a57-9d64-2f6f3c1f7a10';
const vectors = { dense: { size: 2, distance: 'Dot' as const } };
const sparse_vectors = { words: { modifier: 'idf' as const } };

describe('what the project asks of Qdrant', () => {
  let target: QdrantTarget;
  let proxy: ContractProxy;
  let client: QdrantClient;
  let name: string;

  beforeAll(async () => {
    target = await qdrantTarget();
    proxy = await startContractProxy(target.url);
    client = new QdrantClient({ url: proxy.url, checkCompatibility: false });
  });

  afterAll(async () => {
    await proxy.close();
    await target.close();
  });

  beforeEach(async () => {
    name = `contract-${randomUUID()}`;
    await client.createCollection(name, { vectors, sparse_vectors });
  });

  afterEach(async () => {
    await client.deleteCollection(name);
    proxy.assertKept();
  });

  const refusal = async (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: { status: number; data: { status: { error: string } } }) => ({
        status: error.status,
        error: error.data.status.error,
      }),
    );

  const found = async (body: QueryBody) => {
    const { points } = await client.query(name, body);
    return points.map(({ id, score }) => [id, Number(score.toFixed(4))]);
  };

  describe('collections', () => {
    it('are created, listed, described and deleted', async () => {
      expect(await client.collectionExists(name)).toEqual({ exists: true });
      expect((await client.getCollections()).collections).toContainEqual({ name });
      expect(await client.getCollection(name)).toMatchObject({
        status: 'green',
        points_count: 0,
        config: { params: { vectors, sparse_vectors } },
      });
      await client.deleteCollection(name);
      expect(await client.collectionExists(name)).toEqual({ exists: false });
    });

    it('report the settings that they were declared with', async () => {
      const tuned = `${name}-tuned`;
      await client.createCollection(tuned, {
        vectors: { dense: { size: 4, distance: 'Cosine', on_disk: true } },
        hnsw_config: { m: 0, payload_m: 16 },
        quantization_config: { scalar: { type: 'int8', always_ram: true } },
        optimizers_config: { indexing_threshold: 5000 },
      });
      expect((await client.getCollection(tuned)).config).toMatchObject({
        params: { vectors: { dense: { size: 4, distance: 'Cosine', on_disk: true } } },
        hnsw_config: { m: 0, payload_m: 16, ef_construct: 100 },
        quantization_config: { scalar: { type: 'int8', always_ram: true } },
        optimizer_config: { indexing_threshold: 5000 },
      });
      await client.deleteCollection(tuned);
    });

    it('are refused twice under one name, and unknown ones are not found', async () => {
      expect(await refusal(client.createCollection(name, { vectors }))).toMatchObject({ status: 409 });
      expect(await refusal(client.count('no-such-collection', {}))).toEqual({
        status: 404,
        error: "Not found: Collection `no-such-collection` doesn't exist!",
      });
    });

    it('are reached by an alias, which switches from one to the next in one step', async () => {
      const alias = `${name}-live`;
      const next = `${name}-next`;
      await client.createCollection(next, { vectors, sparse_vectors });
      await client.upsert(next, { wait: true, points: [{ id: 1, vector: { dense: [1, 0] } }] });
      await client.updateCollectionAliases({
        actions: [{ create_alias: { collection_name: name, alias_name: alias } }],
      });
      expect(await client.count(alias)).toEqual({ count: 0 });
      await client.updateCollectionAliases({
        actions: [
          { delete_alias: { alias_name: alias } },
          { create_alias: { collection_name: next, alias_name: alias } },
        ],
      });
      expect(await client.count(alias)).toEqual({ count: 1 });
      expect(await client.getCollectionAliases(next)).toEqual({
        aliases: [{ alias_name: alias, collection_name: next }],
      });
      await client.deleteCollection(next);
      expect((await client.getAliases()).aliases).not.toContainEqual({ alias_name: alias, collection_name: next });
    });

    it('do not take an alias to what does not exist', async () => {
      const actions = [{ create_alias: { collection_name: 'nothing', alias_name: `${name}-x` } }];
      expect(await refusal(client.updateCollectionAliases({ actions }))).toMatchObject({ status: 404 });
    });
  });

  describe('payload indexes', () => {
    it('are reported with how many points they cover, until they are deleted', async () => {
      await client.upsert(name, {
        wait: true,
        points: [
          { id: 1, vector: {}, payload: { company: 'acme', at: '2026-01-02T03:04:05Z' } },
          { id: 2, vector: {}, payload: { company: 7 } },
        ],
      });
      const tenant = { type: 'keyword' as const, is_tenant: true };
      await client.createPayloadIndex(name, { field_name: 'company', field_schema: tenant, wait: true });
      await client.createPayloadIndex(name, { field_name: 'at', field_schema: 'datetime', wait: true });
      const { payload_schema: schema } = await client.getCollection(name);
      expect(schema).toMatchObject({
        company: { data_type: 'keyword', params: tenant, points: 1 },
        at: { data_type: 'datetime', points: 1 },
      });
      await client.setPayload(name, { wait: true, points: [1, 2], payload: { company: 'globex', at: null } });
      await client.delete(name, { wait: true, points: [2] });
      expect((await client.getCollection(name)).payload_schema).toMatchObject({
        company: { points: 1 },
        at: { points: 0 },
      });
      await client.deletePayloadIndex(name, 'at');
      expect(Object.keys((await client.getCollection(name)).payload_schema)).toEqual(['company']);
    });
  });

  describe('points', () => {
    it('come back as they were written, and upserting replaces them whole', async () => {
      const written = { dense: [0.5, -2], words: { indices: [9, 3], values: [1, 2] } };
      const answer = await client.upsert(name, {
        wait: true,
        points: [{ id: ANNA, vector: written, payload: { a: { b: [1, null] } } }],
      });
      expect(answer).toMatchObject({ status: 'completed' });
      expect(await client.retrieve(name, { ids: [ANNA, 99], with_vector: true })).toEqual([
        {
          id: ANNA,
          payload: { a: { b: [1, null] } },
          vector: { dense: [0.5, -2], words: { indices: [3, 9], values: [2, 1] } },
        },
      ]);
      await client.upsert(name, { wait: true, points: [{ id: ANNA, vector: { dense: [1, 1] } }] });
      const [replaced] = await client.retrieve(name, { ids: [ANNA], with_vector: true });
      expect(replaced?.payload ?? {}).toEqual({});
      expect(replaced?.vector).toEqual({ dense: [1, 1] });
    });

    it('are refused together when the vector of one does not fit', async () => {
      const upsert = async (vector: Record<string, number[]>) =>
        refusal(
          client.upsert(name, {
            wait: true,
            points: [
              { id: 1, vector: { dense: [1, 1] } },
              { id: 2, vector },
            ],
          }),
        );
      expect(await upsert({ dense: [1, 2, 3] })).toEqual({
        status: 400,
        error: 'Wrong input: Vector dimension error: expected dim: 2, got 3',
      });
      expect(await upsert({ other: [1, 2] })).toEqual({
        status: 400,
        error: 'Wrong input: Not existing vector name error: other',
      });
      expect(await client.count(name)).toEqual({ count: 0 });
    });

    it('are deleted by id and by filter', async () => {
      const points = [1, 2, 3, 4].map((id) => ({ id, vector: { dense: [id, 0] }, payload: { even: id % 2 === 0 } }));
      await client.upsert(name, { wait: true, points });
      await client.delete(name, { wait: true, points: [1, 77] });
      await client.delete(name, { wait: true, filter: { must: [{ key: 'even', match: { value: true } }] } });
      expect((await client.scroll(name)).points.map(({ id }) => id)).toEqual([3]);
    });

    it('have their payload merged, overwritten and parts of it removed', async () => {
      const payload = async () => (await client.retrieve(name, { ids: [1] }))[0]?.payload;
      await client.upsert(name, {
        wait: true,
        points: [{ id: 1, vector: { dense: [1, 0] }, payload: { a: 1, b: { c: 2, d: 3 } } }],
      });
      await client.setPayload(name, { wait: true, points: [1], payload: { a: null, e: 4 } });
      expect(await payload()).toEqual({ b: { c: 2, d: 3 }, e: 4 });
      await client.deletePayload(name, { wait: true, points: [1], keys: ['b.c'] });
      expect(await payload()).toEqual({ b: { d: 3 }, e: 4 });
      const e = { key: 'e', match: { value: 4 } };
      await client.overwritePayload(name, { wait: true, filter: { must: [e] }, payload: { f: 5 } });
      expect(await payload()).toEqual({ f: 5 });
      expect(await found({ query: [1, 0], using: 'dense' })).toEqual([[1, 1]]);
    });

    it('are scrolled in the order of their ids, numbers before UUIDs, page by page', async () => {
      const ids = [ANNA, 10, 9, 300];
      await client.upsert(name, { wait: true, points: ids.map((id) => ({ id, vector: {}, payload: { id, x: 1 } })) });
      const first = await client.scroll(name, { limit: 2, with_payload: { include: ['id'] } });
      expect(first).toEqual({
        points: [
          { id: 9, payload: { id: 9 } },
          { id: 10, payload: { id: 10 } },
        ],
        next_page_offset: 300,
      });
      const second = await client.scroll(name, { limit: 2, offset: 300, with_payload: { exclude: ['id'] } });
      expect(second).toEqual({
        points: [
          { id: 300, payload: { x: 1 } },
          { id: ANNA, payload: { x: 1 } },
        ],
        next_page_offset: null,
      });
    });
  });

  describe('filters', () => {
    beforeEach(async () => {
      const payloads = [
        { tags: ['red', 'blue'], n: 1, at: '2026-01-01T00:00:00Z', text: 'refund the order', deep: [{ k: 'x' }] },
        { tags: ['green'], n: 2.5, at: '2026-06-01', text: 'Orders', nothing: null, deep: [{ k: 'y' }, { k: 'x' }] },
        { tags: [], n: '3', flag: true },
      ];
      const points = payloads.map((payload, index) => ({ id: index + 1, vector: {}, payload }));
      await client.upsert(name, { wait: true, points });
    });

    const cases: [string, NonNullable<QueryBody['filter']>, number[]][] = [
      ['a value of an array', { must: { key: 'tags', match: { value: 'blue' } } }, [1]],
      ['any of some values', { must: [{ key: 'tags', match: { any: ['green', 'red'] } }] }, [1, 2]],
      ['none but some values', { must: [{ key: 'tags', match: { except: ['green'] } }] }, [1]],
      ['a boolean', { must: [{ key: 'flag', match: { value: true } }] }, [3]],
      ['a part of a text', { must: [{ key: 'text', match: { text: 'order' } }] }, [1]],
      ['a range of numbers, not of texts', { must: [{ key: 'n', range: { gt: 1, lte: 3 } }] }, [2]],
      ['a range of dates', { must: [{ key: 'at', range: { gte: '2026-05-31T23:59:59Z' } }] }, [2]],
      ['emptiness', { must: [{ is_empty: { key: 'tags' } }] }, [3]],
      ['null', { must: [{ is_null: { key: 'nothing' } }] }, [2]],
      ['ids', { must: [{ has_id: [3, 1] }] }, [1, 3]],
      ['how many values', { must: [{ key: 'tags', values_count: { gte: 1, lt: 2 } }] }, [2]],
      ['a key within an array', { must: [{ key: 'deep[].k', match: { value: 'y' } }] }, [2]],
      ['a key of one element', { must: [{ key: 'deep[0].k', match: { value: 'x' } }] }, [1]],
      ['no array without brackets', { must: [{ key: 'deep.k', match: { value: 'x' } }] }, []],
      ['what must not be', { must_not: [{ key: 'flag', match: { value: true } }] }, [1, 2]],
      [
        'one of what should be, nested',
        { should: [{ must: [{ has_id: [2] }, { key: 'n', range: { gt: 2 } }] }, { key: 'n', match: { value: 1 } }] },
        [1, 2],
      ],
      [
        'at least so many',
        { min_should: { min_count: 2, conditions: [{ has_id: [1, 2] }, { has_id: [2, 3] }, { has_id: [1] }] } },
        [1, 2],
      ],
    ];

    it.each(cases)('find %s', async (_what, filter, ids) => {
      const { points } = await client.scroll(name, { filter });
      expect(points.map(({ id }) => id)).toEqual(ids);
      expect(await client.count(name, { filter, exact: true })).toEqual({ count: ids.length });
    });

    it('find all words of a text in any order and case with a text index', async () => {
      await client.createPayloadIndex(name, {
        field_name: 'text',
        field_schema: { type: 'text', tokenizer: 'word', lowercase: true },
        wait: true,
      });
      const filter = { must: [{ key: 'text', match: { text: 'ORDER refund' } }] };
      expect((await client.scroll(name, { filter })).points.map(({ id }) => id)).toEqual([1]);
    });
  });

  describe('queries', () => {
    beforeEach(async () => {
      await client.createPayloadIndex(name, { field_name: 'company', field_schema: 'keyword', wait: true });
      const point = (id: number, company: string, dense: number[], indices: number[]) => ({
        id,
        vector: { dense, words: { indices, values: indices.map(() => 1) } },
        payload: { company, secret: 's' },
      });
      await client.upsert(name, {
        wait: true,
        points: [
          point(1, 'acme', [1, 0], [1, 2]),
          point(2, 'acme', [0.5, 0.5], [2]),
          point(3, 'acme', [0, 1], [3]),
          point(4, 'globex', [2, 0], [1, 2, 3]),
        ],
      });
    });

    const acme = { must: [{ key: 'company', match: { value: 'acme' } }] };
    const dense = { query: [1, 0], using: 'dense' };
    const words = { query: { indices: [1, 2], values: [1, 1] }, using: 'words' };
    const idf = (n: number, all = 4) => Math.log((all - n + 0.5) / (n + 0.5) + 1);
    const rounded = (value: number) => Number(value.toFixed(4));

    it('find the nearest by a dense vector, with payload and vectors only on request', async () => {
      const { points } = await client.query(name, { ...dense, limit: 2 });
      expect(points.map(({ id, score, payload, vector }) => [id, score, payload ?? null, vector ?? null])).toEqual([
        [4, 2, null, null],
        [1, 1, null, null],
      ]);
      const [full] = (
        await client.query(name, { ...dense, limit: 1, with_payload: ['company'], with_vector: ['dense'] })
      ).points;
      expect(full).toMatchObject({ payload: { company: 'globex' }, vector: { dense: [2, 0] } });
    });

    it('skip, cut off below a score, and keep to a filter', async () => {
      expect(await found({ ...dense, offset: 1, limit: 2 })).toEqual([
        [1, 1],
        [2, 0.5],
      ]);
      expect(await found({ ...dense, score_threshold: 1 })).toEqual([
        [4, 2],
        [1, 1],
      ]);
      expect(await found({ ...dense, filter: acme, limit: 1 })).toEqual([[1, 1]]);
    });

    it('find what is like a point, without the point itself', async () => {
      expect(await found({ query: 1, using: 'dense', limit: 1 })).toEqual([[4, 2]]);
      expect(await refusal(client.query(name, { query: 55, using: 'dense' }))).toMatchObject({ status: 404 });
    });

    it('weigh words by how rare they are in the whole collection, also where a filter leaves a part of it', async () => {
      const [both, one] = [rounded(idf(2) + idf(3)), rounded(idf(3))];
      expect(await found({ ...words, filter: acme })).toEqual([
        [1, both],
        [2, one],
      ]);
      await client.delete(name, { wait: true, points: [4] });
      expect(await found(words)).toEqual([
        [1, rounded(idf(1, 3) + idf(2, 3))],
        [2, rounded(idf(2, 3))],
      ]);
    });

    it('fuse prefetches by rank, the root filter holding in each of them', async () => {
      const body = { prefetch: [dense, { ...words, limit: 5 }], filter: acme, limit: 3 };
      expect(await found({ ...body, query: { fusion: 'rrf' } })).toEqual([
        [1, 1],
        [2, rounded(2 / 3)],
        [3, 0.25],
      ]);
      expect(await found({ ...body, query: { rrf: { k: 60, weights: [3, 1] } } })).toEqual([
        [1, rounded(1 / (1 / 3 + 59) + 1 / 60)],
        [2, rounded(1 / (2 / 3 + 59) + 1 / 61)],
        [3, rounded(1 / (1 + 59))],
      ]);
    });

    it('fuse prefetches by the distribution of their scores', async () => {
      const [first, second, third] = await found({
        prefetch: [dense, words],
        query: { fusion: 'dbsf' },
        filter: acme,
      });
      expect([first?.[0], second?.[0], third?.[0]]).toEqual([1, 2, 3]);
      expect(first?.[1]).toBeCloseTo(0.5 + 1 / 6 + 0.5 + Math.SQRT1_2 / 6, 3);
    });

    it('score anew what a prefetch, or a prefetch of a prefetch, found', async () => {
      const inner = { ...words, filter: acme, limit: 2 };
      expect(await found({ prefetch: inner, query: [0, 1], using: 'dense' })).toEqual([
        [2, 0.5],
        [1, 0],
      ]);
      expect(
        await found({ prefetch: [{ prefetch: [inner], ...dense, limit: 1 }], query: [0, 1], using: 'dense' }),
      ).toEqual([[1, 0]]);
    });

    it('come in batches', async () => {
      const answers = await client.queryBatch(name, { searches: [{ ...dense, limit: 1 }, words] });
      expect(answers.map(({ points }) => points.map(({ id }) => id))).toEqual([[4], [1, 4, 2]]);
    });

    it('rank the smallest distance first, and cut off above a score, in Euclidean space', async () => {
      const space = `${name}-space`;
      await client.createCollection(space, { vectors: { at: { size: 2, distance: 'Euclid' } } });
      const points = [1, 5, 3].map((x) => ({ id: x, vector: { at: [x, 0] } }));
      await client.upsert(space, { wait: true, points });
      const near = await client.query(space, { query: [0, 0], using: 'at', score_threshold: 3 });
      expect(near.points.map(({ id, score }) => [id, score])).toEqual([
        [1, 1],
        [3, 3],
      ]);
      await client.deleteCollection(space);
    });

    it('are refused when they name no vector of the collection, or merge nothing', async () => {
      expect(await refusal(client.query(name, { query: [1, 0], using: 'nope' }))).toEqual({
        status: 400,
        error: 'Wrong input: Not existing vector name error: nope',
      });
      expect(await refusal(client.query(name, { query: { fusion: 'rrf' } }))).toMatchObject({ status: 400 });
      expect(await refusal(client.query(name, { prefetch: [dense] }))).toMatchObject({ status: 400 });
      expect(await refusal(client.query(name, { ...dense, limit: 0 }))).toEqual({
        status: 422,
        error: expect.stringContaining('limit: value 0 invalid, must be 1 or larger'),
      });
    });
  });

  describe('the index of passages', () => {
    it('keeps to it with all that it asks, and finds what is there, of each company alone', async () => {
      const [ours, theirs, id] = [randomUUID(), randomUUID(), randomUUID()];
      const metrics = createMetrics({ service: 'test' });
      const local = createLocalEmbedder();
      const indexOf = (model: string) =>
        createChunkIndex({ url: proxy.url, embedder: { ...local, model: `${name}-${model}` }, logger, metrics });
      const [index, next] = [indexOf('first'), indexOf('next')];
      const document = { companyId: ours, id, version: 1, title: 'Help' };
      const chunks = ['Refunds take five days.', 'Umbrellas are repaired.'].map((text, ordinal) => ({
        ordinal,
        heading: '',
        text,
      }));
      try {
        await Promise.all([index.start(), next.start()]);
        await index.put([{ document, chunks }]);
        await index.put([{ document: { ...document, companyId: theirs }, chunks: chunks.slice(0, 1) }]);
        for (const mode of ['dense', 'sparse', 'hybrid'] as const) {
          const [best] = await index.search({ companyId: ours, query: 'repair my umbrella', first: 5, mode });
          expect([mode, best?.text]).toEqual([mode, 'Umbrellas are repaired.']);
        }
        expect(await index.search({ companyId: theirs, query: 'umbrella', first: 5, mode: 'sparse' })).toEqual([]);

        await next.copy(ours, index.collection, () => undefined);
        expect(await next.versions(ours, next.collection)).toEqual([{ documentId: id, version: 1 }]);
        await index.put(
          [{ document: { ...document, version: 2 }, chunks: chunks.slice(1).map((one) => ({ ...one, ordinal: 0 })) }],
          next.collection,
        );
        await index.dropOlder({ ...document, version: 2 }, 1);
        expect([await index.count(ours, index.collection), await next.count(ours, next.collection)]).toEqual([1, 1]);
        await index.remove(ours, id);
        expect([await index.count(ours, index.collection), await next.count(ours, next.collection)]).toEqual([0, 0]);
        expect(await index.count(theirs, index.collection)).toBe(1);
      } finally {
        for (const { collection } of [index, next]) await client.deleteCollection(collection);
      }
    });
  });
});
