import { QdrantError } from './errors.ts';
import type { Hit } from './topK.ts';

/** Qdrant's default; with it the first of a list scores 1/2. The paper's 60 is 61 in this counting. */
const DEFAULT_RRF_K = 2;

export interface RrfOptions {
  readonly k?: number | null | undefined;
  readonly weights?: readonly number[] | null | undefined;
}

/** Scores by slot, unordered. */
export type Scores = Map<number, number>;

/**
 * Reciprocal rank fusion as Qdrant counts it: `1 / ((rank + 1) / weight + k - 1)`, ranks from 0, summed over the lists.
 * @throws QdrantError when there are weights, but not one for each list.
 */
export function reciprocalRankFusion(lists: readonly (readonly Hit[])[], options: RrfOptions = {}): Scores {
  const { weights } = options;
  if (weights && weights.length !== lists.length) {
    const counts = `got ${weights.length}, expected ${lists.length}`;
    throw QdrantError.badRequest(`Number of weights in RRF should match number of pre-fetches: ${counts}`);
  }
  const k = options.k ?? DEFAULT_RRF_K;
  return sum(lists, (list, source) => {
    const weight = weights?.[source] ?? 1;
    return list.map((_, rank) => (weight <= 0 ? 0 : 1 / ((rank + 1) / weight + k - 1)));
  });
}

/** Distribution-based score fusion: each list's scores put between mean - 3σ (0) and mean + 3σ (1), then summed. */
export function distributionFusion(lists: readonly (readonly Hit[])[]): Scores {
  return sum(lists, (list) => {
    const mean = list.reduce((total, { score }) => total + score, 0) / list.length;
    const variance = list.reduce((total, { score }) => total + (score - mean) ** 2, 0) / (list.length - 1);
    const deviation = Math.sqrt(variance);
    // One hit, or all alike: nothing to tell them apart by.
    if (!(deviation > 0)) return list.map(() => 0.5);
    return list.map(({ score }) => (score - mean + 3 * deviation) / (6 * deviation));
  });
}

function sum(lists: readonly (readonly Hit[])[], scoresOf: (list: readonly Hit[], source: number) => number[]): Scores {
  const scores: Scores = new Map();
  lists.forEach((list, source) => {
    const listScores = scoresOf(list, source);
    list.forEach(({ slot }, rank) => scores.set(slot, (scores.get(slot) ?? 0) + (listScores[rank] ?? 0)));
  });
  return scores;
}
