import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { v7 } from 'uuid';
import { startQdrantProcess } from '#infra/embedded/cli/knowledge/startQdrantProcess.ts';
import type { Embedder } from '#knowledge/embedding/embedder.ts';
import { createLocalEmbedder } from '#knowledge/embedding/localEmbedder.ts';
import { createChunkIndex, type ChunkIndex } from '#knowledge/index/chunkIndex.ts';
import { createPassageSearch } from '#knowledge/search/passageSearch.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createProgressLine } from '#infra/embedded/cli/knowledge/progressLine.ts';
import { createRandom } from '#test/agents/random.ts';
import { createBotBench } from './knowledge/botTimes.ts';
import { openStores, type KnowledgeStores } from './knowledge/stores.ts';
import { createWriter } from './knowledge/writer.ts';
import type { Row } from './table.ts';

const CHUNKS_OF_A_DOCUMENT = 20;
const DOCUMENTS_AT_A_TIME = 50;
const FIRST = 5;
const RECALL_AT = 10;
const SEARCH_LIMIT_MS = 50;
const REMEMBERED_LIMIT_MS = 5;
const BOT_LIMIT_MS = 300;
const WARM_UP = 20;

/**
 * A company with 100,000 passages, and another one beside it, in the embedded Qdrant: how fast they are indexed, how long searches take,
 * one after another, whether the nearest that it finds are the nearest there are, what a remembered search takes, and the bot without the
 * time of its model.
 */
export async function knowledge({ quick, seed }: { readonly quick: boolean; readonly seed: number }): Promise<Row[]> {
  const [chunks, searches, compared] = quick ? [10_000, 100, 20] : [100_000, 400, 50];
  const stores = await openStores();
  const server = await startQdrantProcess();
  const { embedder, vectors } = recording(createLocalEmbedder());
  const metrics = createMetrics({ service: 'bench' });
  const index = createChunkIndex({ url: server.url, embedder, logger, metrics });
  const writer = createWriter(createRandom(seed));
  const companyId = v7();
  try {
    const { rate, documentIds } = await fill(index, companyId, chunks, writer.passage);
    await stores.enter(companyId, index.collection, documentIds);
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
    const { inMemory, inRedis } = await remembered(index, stores, companyId, questions);
    rows.push(row('remembered search, in memory: p50 / p95 ms', inMemory, REMEMBERED_LIMIT_MS));
    rows.push(row('remembered search, in Redis: p50 / p95 ms', inRedis, REMEMBERED_LIMIT_MS));
    const asked = Array.from({ length: searches }, () => `${writer.question()}?`);
    const ownTimes = await botTimes(index, stores, companyId, asked);
    rows.push(row('the bot without its model: p50 / p95 ms', ownTimes, BOT_LIMIT_MS));
    return rows;
  } finally {
    await server.stop();
    await stores.close();
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

/** @returns passages in a second, and whose they are */
async function fill(index: ChunkIndex, companyId: string, chunks: number, passage: () => string) {
  const progress = createProgressLine();
  const documentIds: string[] = [];
  const since = performance.now();
  for (let done = 0; done < chunks; done += DOCUMENTS_AT_A_TIME * CHUNKS_OF_A_DOCUMENT) {
    const documents = Array.from({ length: DOCUMENTS_AT_A_TIME }, () => ({
      document: { companyId, id: v7(), version: 1, title: '' },
      chunks: Array.from({ length: CHUNKS_OF_A_DOCUMENT }, (_, ordinal) => ({ ordinal, heading: '', text: passage() })),
    }));
    await index.put(documents);
    documentIds.push(...documents.map(({ document }) => document.id));
    progress.show('passages', done, chunks);
  }
  progress.clear();
  return { rate: chunks / ((performance.now() - since) / 1_000), documentIds };
}

async function timed(
  questions: readonly string[],
  ask: (question: string) => Promise<unknown>,
  warmUp = questions.slice(0, WARM_UP),
) {
  const times = createHistogram();
  for (const question of warmUp) await ask(question);
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
    isBroken: limitMs !== undefined && ms(95) > limitMs,
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

/** What was asked before, of a process that has it in memory, and of one that finds it in Redis. */
async function remembered(index: ChunkIndex, stores: KnowledgeStores, companyId: string, questions: readonly string[]) {
  const state = { collection: index.collection, revision: '1' };
  const redis = [stores.redis(), stores.redis()];
  const [ask, askElsewhere] = redis.map((own) => {
    const search = createPassageSearch({ index, redis: own, logger, metrics: createMetrics({ service: 'bench' }) });
    return (query: string) => search.find({ companyId, query, first: FIRST, state });
  });
  if (!ask || !askElsewhere) throw new Error('there are two');
  await Promise.all(redis.map((own) => own.start()));
  try {
    for (const question of questions) await ask(question);
    const inMemory = await timed(questions, ask);
    // Each once: the second time it has them in its own memory.
    const [warmUp, others] = [questions.slice(0, WARM_UP), questions.slice(WARM_UP)];
    return { inMemory, inRedis: await timed(others, askElsewhere, warmUp) };
  } finally {
    await Promise.all(redis.map((own) => own.stop()));
  }
}

/** The bot's own time, with questions that are new to it. */
async function botTimes(index: ChunkIndex, stores: KnowledgeStores, companyId: string, questions: readonly string[]) {
  const redis = stores.redis();
  const search = createPassageSearch({ index, redis, logger, metrics: createMetrics({ service: 'bench' }) });
  await redis.start();
  const bot = await createBotBench({ companyId, search, stores });
  try {
    return await timed(questions.slice(WARM_UP), (question) => bot.ask(question), questions.slice(0, WARM_UP));
  } finally {
    await bot.close();
    await redis.stop();
  }
}
