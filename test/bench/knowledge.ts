import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { v7 } from 'uuid';
import { startQdrantProcess } from '#infra/embedded/cli/knowledge/startQdrantProcess.ts';
import type { Embedder } from '#knowledge/embedding/embedder.ts';
import { createLocalEmbedder } from '#knowledge/embedding/localEmbedder.ts';
import { createChunkIndex, type ChunkIndex } from '#knowledge/index/chunkIndex.ts';
import { createPassageSearch } from '#knowledge/search/passageSearch.ts';
import { createRedis } from '#platform/cache/redis.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createProgressLine } from '#infra/embedded/cli/knowledge/progressLine.ts';
import { createRandom } from '#test/agents/random.ts';
import { createWriter } from './knowledge/writer.ts';
import type { Row } from './table.ts';

const CHUNKS_OF_A_DOCUMENT = 20;
const DOCUMENTS_AT_A_TIME = 50;
const FIRST = 5;
const RECALL_AT = 10;
const SEARCH_LIMIT_MS = 50;

/**
 * A company with 100,000 passages, and another one beside it, in the embedded Qdrant: how fast they are indexed, how long searches take,
 * one after another, whether the nearest that it finds are the nearest there are, and what a remembered search takes.
 */
export async function knowledge({ quick, seed }: { readonly quick: boolean; readonly seed: number }): Promise<Row[]> {
  const [chunks, searches, compared] = quick ? [10_000, 100, 20] : [100_000, 400, 50];
  const server = await startQdrantProcess();
  const { embedder, vectors } = recording(createLocalEmbedder());
  const metrics = createMetrics({ service: 'bench' });
  const index = createChunkIndex({ url: server.url, embedder, logger, metrics });
  const writer = createWriter(createRandom(seed));
  const companyId = v7();
  try {
    const rate = await fill(index, companyId, chunks, writer.passage);
    const matrix = vectors.splice(0);
    await fill(index, v7(), chunks / 10, writer.passage);
    const questions = Array.from({ length: searches }, () => writer.question());
    const rows: Row[] = [
      { figure: `passages indexed in a second, of ${String(chunks)}`, measured: rate.toFixed(0), limit: '' },
    ];
    for (const mode of ['sparse', 'dense', 'hybrid'] as const) {
      const times = await timed(questions, (query) => index.search({ companyId, query, first: FIRST, mode }));
      rows.push(row(`search, ${mode}: p50 / p95 ms`, times, mode === 'hybrid' ? SEARCH_LIMIT_MS : undefined));
    }
    const recall = await recallOf(index, companyId, embedder, matrix, questions.slice(0, compared));
    rows.push({
      figure: `recall@${String(RECALL_AT)} of dense search against brute force`,
      measured: recall.toFixed(4),
      limit: '0.99',
      isBroken: recall < 0.99,
    });
    rows.push(row('remembered search: p50 / p95 ms', await remembered(index, companyId, questions), 5));
    return rows;
  } finally {
    await server.stop();
  }
}

/** Keeps what it embeds, in the order in which it does. */
function recording(inner: Embedder) {
  const vectors: Float32Array[] = [];
  const embedder: Embedder = {
    ...inner,
    async embed(texts, purpose) {
      const embedded = await inner.embed(texts, purpose);
      vectors.push(...embedded.map((vector) => Float32Array.from(vector)));
      return embedded;
    },
  };
  return { embedder, vectors };
}

/** @returns passages in a second */
async function fill(index: ChunkIndex, companyId: string, chunks: number, passage: () => string): Promise<number> {
  const progress = createProgressLine();
  const since = performance.now();
  for (let done = 0; done < chunks; done += DOCUMENTS_AT_A_TIME * CHUNKS_OF_A_DOCUMENT) {
    const documents = Array.from({ length: DOCUMENTS_AT_A_TIME }, () => ({
      document: { companyId, id: v7(), version: 1, title: '' },
      chunks: Array.from({ length: CHUNKS_OF_A_DOCUMENT }, (_, ordinal) => ({ ordinal, heading: '', text: passage() })),
    }));
    await index.put(documents);
    progress.show('passages', done, chunks);
  }
  progress.clear();
  return chunks / ((performance.now() - since) / 1_000);
}

async function timed(questions: readonly string[], ask: (question: string) => Promise<unknown>) {
  const times = createHistogram();
  for (const question of questions.slice(0, 20)) await ask(question);
  for (const question of questions) {
    const since = performance.now();
    await ask(question);
    times.record(Math.max(1, Math.round((performance.now() - since) * 1_000)));
  }
  return times;
}

function row(figure: string, times: RecordableHistogram, limitMs: number | undefined): Row {
  const ms = (percentile: number) => times.percentile(percentile) / 1_000;
  return {
    figure,
    measured: `${ms(50).toFixed(1)} / ${ms(95).toFixed(1)}`,
    limit: limitMs === undefined ? '' : `p95 ${String(limitMs)}`,
  };
}

async function recallOf(
  index: ChunkIndex,
  companyId: string,
  embedder: Embedder,
  matrix: readonly Float32Array[],
  questions: readonly string[],
): Promise<number> {
  let found = 0;
  for (const query of questions) {
    const [vector = []] = await embedder.embed([query], { companyId });
    const scores = matrix.map((one) => one.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0));
    const best = scores.toSorted((a, b) => b - a)[RECALL_AT - 1] ?? 0;
    const hits = await index.search({ companyId, query, first: RECALL_AT, mode: 'dense' });
    // By score and not by id: of two that are equally near either will do.
    found += hits.filter(({ score }) => score >= best - 1e-5).length;
  }
  return found / (questions.length * RECALL_AT);
}

/** Redis is left out: what is measured is the memory before it. */
async function remembered(index: ChunkIndex, companyId: string, questions: readonly string[]) {
  const redis = createRedis({ url: 'redis://127.0.0.1:1', name: 'bench', logger });
  const search = createPassageSearch({ index, redis, logger, metrics: createMetrics({ service: 'bench' }) });
  const state = { collection: index.collection, revision: '1' };
  const ask = (query: string) => search.find({ companyId, query, first: FIRST, state });
  try {
    for (const question of questions) await ask(question);
    return await timed(questions, ask);
  } finally {
    redis.client.disconnect();
  }
}
