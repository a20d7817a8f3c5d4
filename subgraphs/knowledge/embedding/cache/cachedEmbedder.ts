import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Embedder, Purpose } from '../embedder.ts';
import { hashOf, type VectorLayer, type Vectors } from './vectors.ts';

/**
 * An embedder that is asked for each text of a company once. Where a layer does not answer it goes on without.
 *
 * @param options.layers The quickest first; each is told what the ones behind it, or the embedder, know.
 */
export function createCachedEmbedder(options: {
  readonly embedder: Embedder;
  readonly layers: readonly VectorLayer[];
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Embedder {
  const { embedder, layers, logger, metrics } = options;
  const texts = metrics.counter('switchboard_embeddings_texts_total', 'Texts embedded, by where the vector was', [
    'kind',
    'from',
  ]);
  const failures = metrics.counter('switchboard_embeddings_cache_failures_total', 'What the cache could not do', [
    'layer',
    'operation',
  ]);

  async function tried<T>(
    { name }: VectorLayer,
    operation: 'read' | 'write',
    work: () => Promise<T>,
  ): Promise<T | void> {
    try {
      return await work();
    } catch (error) {
      failures.inc({ layer: name, operation });
      logger.debug({ err: error, layer: name, operation }, 'the cache of embeddings did not help');
    }
  }

  async function keep(
    into: readonly VectorLayer[],
    companyId: string,
    vectors: Vectors,
    documents: ReadonlyMap<string, string>,
  ): Promise<void> {
    if (vectors.size === 0) return;
    await Promise.all(into.map((layer) => tried(layer, 'write', () => layer.write(companyId, vectors, documents))));
  }

  async function embedRest(
    missing: ReadonlyMap<string, string>,
    purpose: Purpose,
    documents: ReadonlyMap<string, string>,
  ): Promise<Vectors> {
    const hashes = [...missing.keys()];
    const ids = hashes.map((hash) => documents.get(hash) ?? '');
    const documentIds = purpose.documentIds && ids;
    const vectors = await embedder.embed([...missing.values()], { ...purpose, documentIds });
    return new Map(hashes.map((hash, i) => [hash, Float32Array.from(vectors[i] ?? [])]));
  }

  return {
    ...embedder,
    async embed(asked, purpose) {
      const { companyId, documentIds } = purpose;
      const kind = documentIds ? 'passage' : 'question';
      const hashes = asked.map(hashOf);
      const missing = new Map(hashes.map((hash, i) => [hash, asked[i] ?? '']));
      const documents = new Map(documentIds?.map((id, i) => [hashes[i] ?? '', id]));
      const known = new Map<string, Float32Array>();
      const add = (found: Vectors, from: string) => {
        texts.inc({ kind, from }, found.size);
        for (const [hash, vector] of found) {
          known.set(hash, vector);
          missing.delete(hash);
        }
      };
      for (const [i, layer] of layers.entries()) {
        if (missing.size === 0) break;
        const found = await tried(layer, 'read', () => layer.read(companyId, [...missing.keys()]));
        if (!found) continue;
        add(found, layer.name);
        await keep(layers.slice(0, i), companyId, found, documents);
      }
      if (missing.size > 0) {
        const embedded = await embedRest(missing, purpose, documents);
        add(embedded, 'endpoint');
        await keep(layers, companyId, embedded, documents);
      }
      return hashes.map((hash) => Array.from(known.get(hash) ?? []));
    },
  };
}
