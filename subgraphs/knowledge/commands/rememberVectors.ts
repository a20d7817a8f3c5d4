import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { bytesOf, type Vectors } from '../embedding/cache/vectors.ts';
import type { Embedder } from '../embedding/embedder.ts';

type Space = Pick<Embedder, 'model' | 'dimensions'>;

/** Keeps what texts were embedded as, so that nobody has to pay for it again. The same again changes nothing. */
export async function rememberVectors(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  { model, dimensions }: Space,
  { vectors, documents }: { readonly vectors: Vectors; readonly documents: ReadonlyMap<string, string> },
): Promise<void> {
  // In one order for everybody: two who write the same wait for each other and never for ever.
  const hashes = [...vectors.keys()].toSorted();
  const bytes = hashes.map((hash) => bytesOf(vectors.get(hash) ?? new Float32Array()).toString('base64'));
  const documentIds = hashes.map((hash) => documents.get(hash) ?? null);
  await database.write(companyId, async ({ sql }) => {
    await sql`
      insert into knowledge.embeddings (company_id, text_hash, model, dimensions, vector, document_id)
      select ${companyId}, hash, ${model}, ${dimensions}, decode(bytes, 'base64'), document_id
      from unnest(${hashes}::text[], ${bytes}::text[], ${documentIds}::uuid[]) v (hash, bytes, document_id)
      on conflict (company_id, text_hash, model, dimensions) do nothing`;
  });
}

/** Takes note that they are still of use. */
export async function touchVectors(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  { model, dimensions }: Space,
  hashes: readonly string[],
): Promise<void> {
  await database.write(companyId, async ({ sql }) => {
    await sql`
      update knowledge.embeddings set used_at = now()
      where company_id = ${companyId} and text_hash = any(${hashes.toSorted()}::text[])
        and model = ${model} and dimensions = ${dimensions}`;
  });
}
