import type { Passage } from '../index/chunkIndex.ts';
import type { Reranker } from './reranker.ts';

/** How many passages are read together with the question: more take longer, and are seldom any good. */
export const CANDIDATES = 50;

/**
 * The passages in the order of how well they answer, at most `first`. The scores are the model's.
 *
 * @param passages Best first; of these, so many as are wanted or {@link CANDIDATES} are looked at.
 * @throws RerankError
 */
export async function rerankPassages(
  reranker: Reranker,
  query: string,
  passages: readonly Passage[],
  first: number,
): Promise<readonly Passage[]> {
  const candidates = passages.slice(0, Math.max(first, CANDIDATES));
  const texts = candidates.map(({ heading, text }) => (heading === '' ? text : `${heading}\n${text}`));
  const ranked = await reranker.rank(query, texts, first);
  return ranked.flatMap(({ index, score }) => {
    const passage = candidates[index];
    return passage ? [{ ...passage, score }] : [];
  });
}
