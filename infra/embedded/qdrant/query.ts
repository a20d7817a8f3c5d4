import { QdrantError } from './errors.ts';
import { type Filter, mergeFilters } from './filter.ts';
import { distributionFusion, reciprocalRankFusion } from './fusion.ts';
import type { QueryRequest, Scoring, Stage, Target } from './requests.ts';
import type { Segment } from './segment.ts';
import type { Hit } from './topK.ts';
import type { Query } from './vectors.ts';

const DEFAULT_LIMIT = 10;

/**
 * Runs a query with its prefetches, innermost first. The root's filter holds in every prefetch too.
 * @throws QdrantError for what the collection does not have, or a query that makes no sense.
 */
export function runQuery(segment: Segment, request: QueryRequest): Hit[] {
  const offset = request.offset ?? 0;
  const hits = runStage(segment, request, undefined, (request.limit ?? DEFAULT_LIMIT) + offset);
  return hits.slice(offset);
}

function runStage(segment: Segment, stage: Stage, outer: Filter | undefined, limit: number): Hit[] {
  const filter = mergeFilters(outer, stage.filter ?? undefined);
  const sources = stage.prefetch.map((inner) => runStage(segment, inner, filter, inner.limit ?? DEFAULT_LIMIT));
  const { query } = stage;
  if (!query) throw missingQuery(stage);
  if (query.kind !== 'nearest') {
    if (sources.length === 0) throw QdrantError.badRequest('cannot apply Fusion without prefetches');
    const fused = query.kind === 'rrf' ? reciprocalRankFusion(sources, query) : distributionFusion(sources);
    return aboveThreshold(segment.ranked(fused, limit), stage, false);
  }
  const vector = targetVector(segment, query.target, stage.using);
  const among = sources.length > 0 ? new Set(sources.flat().map((hit) => hit.slot)) : undefined;
  const hits = segment.nearest(vector, withoutTarget(filter, query), limit, among);
  return aboveThreshold(hits, stage, segment.isAscending(vector.name));
}

function missingQuery(stage: Stage): QdrantError {
  return stage.prefetch.length > 0
    ? QdrantError.badRequest(
        "A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
      )
    : QdrantError.unsupported('a query or prefetch without `query` (scroll lists points)');
}

function targetVector(segment: Segment, target: Target, using: string | null | undefined): Query {
  return 'id' in target ? segment.queryOf(target.id, using ?? '') : segment.vectors.query(using ?? '', target.vector);
}

/** A point is not among those that are like it. */
function withoutTarget(filter: Filter | undefined, query: Scoring & { kind: 'nearest' }): Filter | undefined {
  if (!('id' in query.target)) return filter;
  return mergeFilters(filter, { must: [], should: [], mustNot: [{ kind: 'hasId', ids: [query.target.id] }] });
}

function aboveThreshold(hits: Hit[], { score_threshold: threshold }: Stage, ascending: boolean): Hit[] {
  if (threshold == null) return hits;
  return hits.filter(({ score }) => (ascending ? score <= threshold : score >= threshold));
}
