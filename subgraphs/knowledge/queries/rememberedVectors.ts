import type { Sql } from '#platform/postgres/sql.ts';
import type { Embedder } from '../embedding/embedder.ts';

export interface RememberedVector {
  readonly hash: string;
  /** In base64. */
  readonly vector: string;
  /** Whether its last use was noted a day ago or more. */
  readonly isUsedRarely: boolean;
}

/** What is remembered of these texts for this model. */
export async function rememberedVectors(
  sql: Sql,
  companyId: string,
  { model, dimensions }: Pick<Embedder, 'model' | 'dimensions'>,
  hashes: readonly string[],
): Promise<RememberedVector[]> {
  return sql<RememberedVector>`
    select text_hash as hash, encode(vector, 'base64') as vector, used_at < now() - interval '1 day' as "isUsedRarely"
    from knowledge.embeddings
    where company_id = ${companyId} and text_hash = any(${hashes}::text[])
      and model = ${model} and dimensions = ${dimensions}`;
}
