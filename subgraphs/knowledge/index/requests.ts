import type { Schemas } from '@qdrant/js-client-rest';
import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import type { SparseVector } from '../embedding/bm25.ts';
import { BM25, DENSE } from './collection.ts';

/** What stands beside the vectors of a passage. */
export const payloadModel = z.object({
  company_id: z.string(),
  document_id: z.string(),
  version: z.int(),
  ordinal: z.int(),
  title: z.string().default(''),
  heading: z.string(),
  text: z.string(),
});
export type Payload = z.output<typeof payloadModel>;

/** By meaning, by words, or both, fused. */
export type SearchMode = 'dense' | 'sparse' | 'hybrid';

const POINT_NAMESPACE = '5f6a1c0e-8d3b-4c55-9a57-3f0d2f7c9b11';

/** Both rankings bring this many times what is asked for: a passage that is only fairly good in each can win by fusion. */
const CANDIDATES = 4;

/**
 * The one place where a condition on points is made. The company stands in `must`: conditions of other kinds at the root
 * and in a prefetch are merged as alternatives by Qdrant, and would let others' points through.
 */
function companyFilter(companyId: string, ...conditions: readonly Schemas['Condition'][]): Schemas['Filter'] {
  return { must: [{ key: 'company_id', match: { value: companyId } }, ...conditions] };
}

/** Everything of a company. */
export function ofCompany(companyId: string): Schemas['Filter'] {
  return companyFilter(companyId);
}

/** Everything of a document, whatever its version. */
export function ofDocument(companyId: string, documentId: string): Schemas['Filter'] {
  return companyFilter(companyId, { key: 'document_id', match: { value: documentId } });
}

/** The same passage always gets the same id, so that indexing it again replaces it. */
export function pointId(companyId: string, documentId: string, version: number, ordinal: number): string {
  return uuidv5(`${companyId}/${documentId}/${version}/${ordinal}`, POINT_NAMESPACE);
}

/** @param dense Undefined where nobody knows the collection's model: the passage is found by its words. */
export function pointOf(payload: Payload, dense: number[] | undefined, sparse: SparseVector): Schemas['PointStruct'] {
  const { company_id, document_id, version, ordinal } = payload;
  const vector = { ...(dense && { [DENSE]: dense }), ...(sparse.indices.length > 0 && { [BM25]: { ...sparse } }) };
  return { id: pointId(company_id, document_id, version, ordinal), vector, payload };
}

/** What to search by. */
export interface Rankings {
  readonly dense: number[] | undefined;
  readonly sparse: SparseVector | undefined;
  /** How much the ranking by meaning counts beside the one by words. */
  readonly weight: number;
}

/** The nearest rankings, by meaning and by words, fused by their ranks; undefined when there is nothing to search by. */
export function searchRequest(
  companyId: string,
  { dense, sparse, weight }: Rankings,
  first: number,
): Schemas['QueryRequest'] | undefined {
  const filter = companyFilter(companyId);
  const limit = first * CANDIDATES;
  const byMeaning = dense && {
    query: dense,
    using: DENSE,
    filter,
    limit,
    // Scored again by the originals: makes up for what quantization loses.
    params: { quantization: { rescore: true, oversampling: 2 } },
  };
  // A question of nothing but grammar has no terms.
  const byWords = sparse && sparse.indices.length > 0 && { query: { ...sparse }, using: BM25, filter, limit };
  const root = { filter, limit: first, with_payload: true };
  if (byMeaning && byWords) {
    return { prefetch: [byMeaning, byWords], query: { rrf: { weights: [weight, 1] } }, ...root };
  }
  const only = byMeaning ?? (byWords || undefined);
  return only && { ...only, ...root };
}

/**
 * Everything that the index holds of a document up to this version, but for the version's own chunks. Never what a
 * newer version has put there.
 */
export function staleFilter(
  { companyId, id, version }: { readonly companyId: string; readonly id: string; readonly version: number },
  chunkCount: number,
): Schemas['Filter'] {
  const filter = companyFilter(
    companyId,
    { key: 'document_id', match: { value: id } },
    { key: 'version', range: { lte: version } },
  );
  const kept = Array.from({ length: chunkCount }, (_, ordinal) => pointId(companyId, id, version, ordinal));
  return kept.length > 0 ? { ...filter, must_not: [{ has_id: kept }] } : filter;
}
