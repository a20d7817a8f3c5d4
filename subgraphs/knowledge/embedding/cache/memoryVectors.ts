import { LRUCache } from 'lru-cache';
import { SHORT_MEMORY_MS, type VectorLayer } from './vectors.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** In this process. */
export function createMemoryVectors(): VectorLayer {
  const vectors = new LRUCache<string, Float32Array>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ byteLength }) => byteLength,
    ttl: SHORT_MEMORY_MS,
  });
  const keyOf = (companyId: string, hash: string) => `${companyId} ${hash}`;
  return {
    name: 'memory',
    async read(companyId, hashes) {
      const known = hashes.map((hash) => [hash, vectors.get(keyOf(companyId, hash))] as const);
      return new Map(known.filter((one): one is readonly [string, Float32Array] => one[1] !== undefined));
    },
    async write(companyId, written) {
      for (const [hash, vector] of written) vectors.set(keyOf(companyId, hash), vector);
    },
  };
}
