import type { ChunkIndex, Passage } from '../index/chunkIndex.ts';
import type { SearchMode } from '../index/requests.ts';
import { CANDIDATES, rerankPassages } from '../rerank/rerankPassages.ts';
import type { Reranker } from '../rerank/reranker.ts';
import { blocksOf } from '../text/blocks.ts';
import { chunksOf } from '../text/chunk.ts';
import type { Collection, CorpusDocument, JudgedQuery } from './beir.ts';
import { ndcgAt, recallAt } from './measures.ts';

/** How passages are found; `reranked`: as hybrid, with the best of them ranked again. */
export type Mode = SearchMode | 'reranked';

export interface Quality {
  readonly mode: Mode;
  readonly ndcg: number;
  readonly recall: number;
  /** Milliseconds of one search. */
  readonly p50: number;
  readonly p95: number;
}

export interface Evaluation {
  readonly documents: number;
  readonly chunks: number;
  readonly queries: number;
  /** Milliseconds. */
  readonly indexing: number;
  readonly qualities: readonly Quality[];
}

/** How far it is; `done` of `all`, where that is known. */
export type OnProgress = (what: string, done: number, all?: number) => void;

const MODES = ['sparse', 'dense', 'hybrid'] as const;
/** Documents whose chunks go to the index together. */
const BATCH = 256;
const DEPTH = 100;
/** Passages for so many documents: long ones are found by several. */
const PASSAGES = 200;
const WARM_UP = 5;

/** Puts a collection into an index that has nothing else, and measures what its queries find there. */
export async function evaluate(
  collection: Collection,
  options: {
    readonly index: ChunkIndex;
    readonly reranker?: Reranker | undefined;
    readonly companyId: string;
    readonly onProgress: OnProgress;
  },
): Promise<Evaluation> {
  const since = performance.now();
  const counts = await indexAll(collection, options);
  const indexing = performance.now() - since;
  const qualities: Quality[] = [];
  const modes: readonly Mode[] = options.reranker ? [...MODES, 'reranked'] : MODES;
  for (const mode of modes) qualities.push(await measure(mode, collection.queries, options));
  return { ...counts, queries: collection.queries.length, indexing, qualities };
}

type Options = Parameters<typeof evaluate>[1];

async function indexAll(collection: Collection, { index, companyId, onProgress }: Options) {
  let [documents, chunks] = [0, 0];
  let batch: Parameters<ChunkIndex['put']>[0][number][] = [];
  const put = async () => {
    await index.put(batch);
    documents += batch.length;
    chunks += batch.reduce((sum, one) => sum + one.chunks.length, 0);
    batch = [];
    onProgress('documents', documents);
  };
  for await (const document of collection.documents()) {
    batch.push(entryOf(companyId, document));
    if (batch.length === BATCH) await put();
  }
  await put();
  return { documents, chunks };
}

function entryOf(companyId: string, { id, title, text }: CorpusDocument): Parameters<ChunkIndex['put']>[0][number] {
  // A document may be a title and nothing else.
  const chunks = chunksOf(blocksOf(text.trim() === '' ? title : text, 'PLAIN'));
  return { document: { companyId, id, version: 1, title }, chunks };
}

function searchIn(mode: Mode, { index, reranker, companyId }: Options): (query: string) => Promise<readonly Passage[]> {
  const found = (query: string, by: SearchMode) =>
    index.search({ companyId, query, first: PASSAGES, mode: by, background: true });
  if (mode !== 'reranked') return (query) => found(query, mode);
  return async (query) => {
    const passages = await found(query, 'hybrid');
    if (!reranker) return passages;
    const best = await rerankPassages(reranker, query, passages, CANDIDATES);
    return [...best, ...passages.slice(CANDIDATES)];
  };
}

async function measure(mode: Mode, queries: readonly JudgedQuery[], options: Options): Promise<Quality> {
  const { onProgress } = options;
  const search = searchIn(mode, options);
  // The first searches compile code and open connections.
  for (const { text } of queries.slice(0, WARM_UP)) await search(text);
  let [ndcg, recall] = [0, 0];
  const times: number[] = [];
  for (const [i, { id, text, grades }] of queries.entries()) {
    const since = performance.now();
    const passages = await search(text);
    times.push(performance.now() - since);
    const found = [...new Set(passages.map(({ documentId }) => documentId))];
    // In collections whose questions are documents themselves, the question is no answer to itself.
    const ranking = found.filter((documentId) => documentId !== id).slice(0, DEPTH);
    ndcg += ndcgAt(10, ranking, grades);
    recall += recallAt(DEPTH, ranking, grades);
    onProgress(mode, i + 1, queries.length);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const percentile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const [p50, p95] = [percentile(0.5), percentile(0.95)];
  return { mode, ndcg: ndcg / queries.length, recall: recall / queries.length, p50, p95 };
}
