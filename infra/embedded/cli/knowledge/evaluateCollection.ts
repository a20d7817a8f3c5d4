import { v7 } from 'uuid';
import { z } from 'zod';
import { embedderOf, embeddingsOf, rerankEnvironment, rerankOf, vectorEnvironment } from '#knowledge/config.ts';
import { openCollection } from '#knowledge/evaluation/beir.ts';
import { evaluate, type Evaluation, type OnProgress } from '#knowledge/evaluation/evaluate.ts';
import { createChunkIndex } from '#knowledge/index/chunkIndex.ts';
import { createQdrant } from '#knowledge/index/qdrant.ts';
import { createHttpReranker } from '#knowledge/rerank/httpReranker.ts';
import { url } from '#platform/config/fields.ts';
import { readConfig } from '#platform/config/readConfig.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createProgressLine } from './progressLine.ts';
import { startQdrantProcess } from './startQdrantProcess.ts';

const configSchema = z
  .object({ ...vectorEnvironment, ...rerankEnvironment, QDRANT_URL: url(['http', 'https']).optional() })
  .transform((env, context) => ({
    qdrantUrl: env.QDRANT_URL,
    apiKey: env.QDRANT_API_KEY,
    embeddings: embeddingsOf(env, context),
    rerank: rerankOf(env, context),
  }));

/**
 * Indexes a collection in BEIR's layout and says what searches find in it: in the Qdrant at QDRANT_URL, where its passages go again
 * afterwards, or in an embedded one of its own; with the model of EMBEDDINGS_*, or the local one, and with that of RERANK_*, where there is one.
 */
export async function evaluateCollection(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const config = readConfig(configSchema, env);
  const collection = await openCollection(path);
  const server = config.qdrantUrl === undefined ? await startQdrantProcess() : undefined;
  const address = { url: server?.url ?? config.qdrantUrl ?? '', apiKey: config.apiKey };
  const metrics = createMetrics({ service: 'evaluate' });
  const embedder = embedderOf(config.embeddings, { metrics });
  const companyId = v7();
  // Of its own: rarity is counted by collection, and nothing is left in those that serve.
  const named = { ...embedder, model: `evaluation_${companyId}_${embedder.model}` };
  const index = createChunkIndex({
    ...address,
    embedder: named,
    logger,
    metrics,
  });
  const progress = createProgressLine();
  try {
    const reranker = config.rerank && createHttpReranker(config.rerank, { metrics });
    const onProgress: OnProgress = (...step) => progress.show(...step);
    const result = await evaluate(collection, { index, reranker, companyId, onProgress });
    progress.clear();
    return report(embedder.model, result);
  } finally {
    await (server ? server.stop() : createQdrant(address).client.deleteCollection(index.collection));
  }
}

function report(model: string, { documents, chunks, queries, indexing, qualities }: Evaluation): string {
  const seconds = indexing / 1_000;
  const rows = qualities.map(({ mode, ndcg, recall, p50, p95 }) => [
    mode,
    ndcg.toFixed(4),
    recall.toFixed(4),
    `${p50.toFixed(1)} ms`,
    `${p95.toFixed(1)} ms`,
  ]);
  const table = [['', 'nDCG@10', 'Recall@100', 'p50', 'p95'], ...rows];
  return [
    `${documents} documents in ${chunks} passages, indexed in ${seconds.toFixed(1)} s (${Math.round(documents / seconds)} a second)`,
    `${queries} queries, embedded by ${model}`,
    ...table.map(([name = '', ...figures]) => name.padEnd(10) + figures.map((figure) => figure.padStart(12)).join('')),
  ].join('\n');
}
