import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { testQdrant } from '#test/stack/index.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import { createLocalEmbedder } from '../embedding/localEmbedder.ts';
import { createChunkIndex } from '../index/chunkIndex.ts';
import { createHttpReranker } from '../rerank/httpReranker.ts';
import { rerankEndpoint } from '../testing/rerankEndpoint.ts';
import { openCollection } from './beir.ts';
import { evaluate } from './evaluate.ts';
import { ndcgAt, recallAt } from './measures.ts';

const files = {
  'corpus.jsonl': [
    { _id: 'a', title: 'Returns', text: 'Send shoes back within thirty days.' },
    { _id: 2, title: 'Hours', text: 'Open on Saturdays till two.' },
    { _id: 'c', title: 'Only a title, about bicycles', text: '' },
    { _id: 'q2', title: '', text: 'Bicycles are repaired in a week.' },
  ],
  'queries.jsonl': [
    { _id: 'q1', text: 'when is it open on saturday' },
    { _id: 'q2', text: 'Bicycles are repaired in a week.' },
    { _id: 'q3', text: 'nobody judged this' },
  ],
};
const qrels = 'query-id\tcorpus-id\tscore\nq1\t2\t1\nq2\tc\t2\nq2\tq2\t1\nq9\ta\t1\n';

async function folderWith(changes: Readonly<Record<string, string | undefined>> = {}): Promise<string> {
  const folder = await mkdtemp(join(currentTestRun().directory, 'beir-'));
  await mkdir(join(folder, 'qrels'));
  const lines = (objects: readonly object[]) => objects.map((one) => `${JSON.stringify(one)}\n`).join('');
  const contents = {
    'corpus.jsonl': lines(files['corpus.jsonl']),
    'queries.jsonl': lines(files['queries.jsonl']),
    'qrels/test.tsv': qrels,
    ...changes,
  };
  for (const [name, text] of Object.entries(contents)) {
    if (text !== undefined) await writeFile(join(folder, name), text);
  }
  return folder;
}

describe('a collection in BEIR’s layout', () => {
  it.each(['.', 'corpus.jsonl', 'qrels/test.tsv'])('is opened by %s', async (name) => {
    const collection = await openCollection(join(await folderWith(), name));
    expect(collection.queries.map(({ id }) => id)).toEqual(['q1', 'q2']);
    const ids: string[] = [];
    for await (const { id } of collection.documents()) ids.push(id);
    expect(ids).toEqual(['a', '2', 'c', 'q2']);
  });

  it('may have its judgements without a line of names, or as TREC has them', async () => {
    for (const text of ['q1\t2\t1\n', 'q1 0 2 1\n']) {
      const { queries } = await openCollection(await folderWith({ 'qrels/test.tsv': text }));
      expect(queries).toEqual([{ id: 'q1', text: expect.any(String), grades: new Map([['2', 1]]) }]);
    }
  });

  it.each([
    ['without a file', { 'queries.jsonl': undefined }, /queries\.jsonl.*give a folder/],
    ['without a corpus', { 'corpus.jsonl': undefined }, /corpus\.jsonl/],
    ['with a broken line', { 'queries.jsonl': '{"_id":"q1","text":"a"}\n{broken\n' }, /queries\.jsonl:2 is no JSON/],
    ['with a line of another kind', { 'queries.jsonl': '{"text":"a"}\n' }, /queries\.jsonl:1/],
    ['with judgements that are none', { 'qrels/test.tsv': 'q1\t2\t1\nq1\tgood\n' }, /test\.tsv:2/],
    ['with judgements of other queries', { 'qrels/test.tsv': 'x\t2\t1\n' }, /do their ids agree/],
  ])('%s is refused with the place', async (_what, changes, message) => {
    await expect(openCollection(await folderWith(changes))).rejects.toThrow(message);
  });

  it('that is not there is refused', async () => {
    await expect(openCollection('/nowhere')).rejects.toMatchObject({ code: 'MISSING' });
  });

  it('is measured by words, by meaning, by both, and ranked again', async () => {
    const qdrant = await testQdrant();
    // Against all reason: what is nearest to nothing.
    const endpoint = await rerankEndpoint(() => ({ scoreOf: (text) => -text.length }));
    const metrics = createMetrics({ service: 'test' });
    const index = createChunkIndex({ url: qdrant.url, embedder: createLocalEmbedder(), logger, metrics });
    const progress: string[] = [];
    const result = await evaluate(await openCollection(await folderWith()), {
      index,
      reranker: createHttpReranker({ url: endpoint.url, model: 'm', timeoutMs: 30_000 }, { metrics }),
      companyId: '0198c0de-0000-7000-8000-000000000001',
      onProgress: (what) => progress.push(what),
    });
    await Promise.all([qdrant.close(), endpoint.close()]);
    expect(result).toMatchObject({ documents: 4, chunks: 4, queries: 2 });
    expect(result.qualities.map(({ mode }) => mode)).toEqual(['sparse', 'dense', 'hybrid', 'reranked']);
    // The second query is a document itself, which is no answer to it: the ideal has both, so less than 1 is left.
    for (const { ndcg, recall, p50, p95 } of result.qualities.slice(0, 3)) {
      expect(ndcg).toBeCloseTo((1 + 2 / (2 + 1 / Math.log2(3))) / 2, 6);
      expect(recall).toBe(0.75);
      expect(p95).toBeGreaterThanOrEqual(p50);
    }
    expect(new Set(progress)).toEqual(new Set(['documents', 'sparse', 'dense', 'hybrid', 'reranked']));
    expect(result.qualities[3]?.ndcg).toBeLessThan(result.qualities[2]?.ndcg ?? 0);
    // Once to warm up, and once to be measured.
    const queries = files['queries.jsonl'].slice(0, 2).map(({ text }) => text);
    expect(endpoint.requests.map(({ query }) => query)).toEqual([...queries, ...queries]);
  });
});

describe('the measures', () => {
  const grades = new Map([
    ['best', 2],
    ['good', 1],
    ['bad', 0],
  ]);

  it.each([
    [['best', 'good'], 1],
    [['good', 'best'], (1 + 2 / Math.log2(3)) / (2 + 1 / Math.log2(3))],
    [['bad', 'x', 'best'], 2 / Math.log2(4) / (2 + 1 / Math.log2(3))],
    [['x', 'y'], 0],
    [[], 0],
  ])('give %j its gain', (ranking, gain) => {
    expect(ndcgAt(10, ranking, grades)).toBeCloseTo(gain, 12);
  });

  it('look at the first few alone, and take no bad judgement for an answer', () => {
    expect(ndcgAt(1, ['x', 'best'], grades)).toBe(0);
    expect(recallAt(2, ['bad', 'best', 'good'], grades)).toBe(0.5);
    expect(recallAt(3, ['bad', 'best', 'good'], grades)).toBe(1);
    expect([ndcgAt(10, ['a'], new Map()), recallAt(10, ['a'], new Map())]).toEqual([0, 0]);
  });
});
