import type { QdrantClient, Schemas } from '@qdrant/js-client-rest';
import type { Embedder } from '../embedding/embedder.ts';

export const DENSE = 'dense';
export const BM25 = 'bm25';

const PREFIX = 'chunks_';

/** One collection for each space of vectors: a change of the model begins a new one and leaves the old one searchable meanwhile. */
export function collectionName({ model, dimensions }: Pick<Embedder, 'model' | 'dimensions'>): string {
  return `${PREFIX}${model.replace(/[^\w.-]+/g, '_')}_${dimensions}`;
}

/** Whether a collection is one of ours, of whatever model. */
export function isChunkCollection(name: string): boolean {
  return name.startsWith(PREFIX);
}

function declaration(dimensions: number): Schemas['CreateCollection'] {
  return {
    vectors: {
      // Originals are read for the few candidates that are scored again; the graph walk runs on the quantized copies.
      [DENSE]: { size: dimensions, distance: 'Cosine', on_disk: true },
    },
    // The server multiplies by the terms' rarity when it searches; without it the scores would not be BM25.
    sparse_vectors: { [BM25]: { modifier: 'idf' } },
    // Every search names a company, so the one graph over all companies (m) would never be walked: a graph for each
    // (payload_m) is smaller, quicker to build, and does not lose recall to the filter.
    hnsw_config: { m: 0, payload_m: 16 },
    // A quarter of the memory at next to no loss of recall.
    quantization_config: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
    // Only the hits' texts are ever read.
    on_disk_payload: true,
  };
}

/** Before the first point: an index that comes later gets no graph until the segments are rebuilt. */
const payloadIndexes: readonly Schemas['CreateFieldIndex'][] = [
  // Tenants' points are stored together, and the graphs above are made by it.
  { field_name: 'company_id', field_schema: { type: 'keyword', is_tenant: true } },
  { field_name: 'document_id', field_schema: 'keyword' },
];

/** Creates what is missing. Several processes may do it at once, and one that died half-way is made up for. */
export async function ensureCollection(client: QdrantClient, name: string, dimensions: number): Promise<void> {
  const { exists } = await client.collectionExists(name);
  if (!exists) await createUnlessExists(client, name, dimensions);
  for (const index of payloadIndexes) await client.createPayloadIndex(name, { ...index, wait: true });
}

async function createUnlessExists(client: QdrantClient, name: string, dimensions: number): Promise<void> {
  try {
    await client.createCollection(name, declaration(dimensions));
  } catch (error) {
    // Somebody else was quicker. Servers differ in the status they say it with.
    if (!(await client.collectionExists(name)).exists) throw error;
  }
}
