import type { RedisPart } from '#platform/cache/redis.ts';
import type { Embedder } from '../embedder.ts';
import { bytesOf, SHORT_MEMORY_MS, vectorFrom, type VectorLayer } from './vectors.ts';

/** For all processes, for a while. */
export function createRedisVectors({
  redis,
  model,
  dimensions,
}: { readonly redis: Pick<RedisPart, 'client'> } & Pick<Embedder, 'model' | 'dimensions'>): VectorLayer {
  const { client } = redis;
  const keyOf = (companyId: string, hash: string) =>
    `switchboard:knowledge-vectors:${model}:${dimensions}:${companyId}:${hash}`;
  return {
    name: 'redis',
    async read(companyId, hashes) {
      const found = await client.mgetBuffer(hashes.map((hash) => keyOf(companyId, hash)));
      return new Map(
        hashes.flatMap((hash, i) => {
          const bytes = found[i];
          const vector = bytes && vectorFrom(bytes, dimensions);
          return vector ? [[hash, vector] as const] : [];
        }),
      );
    },
    async write(companyId, written) {
      const pipeline = client.pipeline();
      for (const [hash, vector] of written) {
        pipeline.set(keyOf(companyId, hash), bytesOf(vector), 'PX', SHORT_MEMORY_MS);
      }
      const results = await pipeline.exec();
      const error = results?.find(([problem]) => problem)?.[0];
      if (error) throw error;
    },
  };
}
