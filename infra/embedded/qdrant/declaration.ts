import { z } from 'zod';
import type { VectorParams } from './vectors.ts';

const count = z.int().min(0);
/** Settings of the approximate index: kept and reported, without effect on an exact search. */
const hnswSchema = z.strictObject({
  m: count.nullish(),
  ef_construct: z.int().min(4).nullish(),
  full_scan_threshold: z.int().min(10).nullish(),
  max_indexing_threads: count.nullish(),
  on_disk: z.boolean().nullish(),
  payload_m: count.nullish(),
});

const quantizationSchema = z.union([
  z.strictObject({
    scalar: z.strictObject({
      type: z.literal('int8'),
      quantile: z.number().min(0.5).max(1).nullish(),
      always_ram: z.boolean().nullish(),
    }),
  }),
  z.strictObject({ binary: z.strictObject({ always_ram: z.boolean().nullish() }) }),
]);

const optimizersSchema = z.strictObject({
  deleted_threshold: z.number().min(0).max(1).nullish(),
  vacuum_min_vector_number: z.int().min(100).nullish(),
  default_segment_number: count.nullish(),
  max_segment_size: z.int().min(1).nullish(),
  memmap_threshold: count.nullish(),
  indexing_threshold: count.nullish(),
  flush_interval_sec: count.nullish(),
  max_optimization_threads: count.nullish(),
});

const denseSchema = z.strictObject({
  size: z.int().min(1).max(65_536),
  distance: z.enum(['Cosine', 'Dot', 'Euclid']),
  hnsw_config: hnswSchema.nullish(),
  quantization_config: quantizationSchema.nullish(),
  on_disk: z.boolean().nullish(),
});

const sparseSchema = z.strictObject({
  index: z.strictObject({ full_scan_threshold: count.nullish(), on_disk: z.boolean().nullish() }).nullish(),
  modifier: z.enum(['none', 'idf']).nullish(),
});

const vectorName = z.string().min(1);

/** What a collection is created with, and what it reports. */
export const declarationSchema = z
  .strictObject({
    vectors: z.record(vectorName, denseSchema).default({}),
    sparse_vectors: z.record(vectorName, sparseSchema).nullish(),
    hnsw_config: hnswSchema.nullish(),
    quantization_config: quantizationSchema.nullish(),
    optimizers_config: optimizersSchema.nullish(),
    on_disk_payload: z.boolean().nullish(),
  })
  .refine(({ vectors, sparse_vectors: sparse }) => !Object.keys(vectors).some((name) => sparse && name in sparse), {
    message: 'a dense and a sparse vector have the same name',
  });

export type Declaration = z.infer<typeof declarationSchema>;

export function vectorParams({ vectors, sparse_vectors: sparse }: Declaration): VectorParams {
  const named = Object.entries(sparse ?? {}).map(
    ([name, { modifier }]) => [name, { idf: modifier === 'idf' }] as const,
  );
  return { dense: vectors, sparse: Object.fromEntries(named) };
}

/** The `config` of a collection's info: what was declared, completed by Qdrant's defaults. */
export function describeConfig(declaration: Declaration) {
  const { vectors, sparse_vectors: sparse, on_disk_payload: onDiskPayload } = declaration;
  return {
    params: {
      vectors,
      ...(sparse ? { sparse_vectors: sparse } : {}),
      shard_number: 1,
      replication_factor: 1,
      write_consistency_factor: 1,
      on_disk_payload: onDiskPayload ?? true,
    },
    hnsw_config: completed(
      { m: 16, ef_construct: 100, full_scan_threshold: 10_000, max_indexing_threads: 0, on_disk: false },
      declaration.hnsw_config,
    ),
    optimizer_config: completed(
      {
        deleted_threshold: 0.2,
        vacuum_min_vector_number: 1000,
        default_segment_number: 0,
        max_segment_size: null,
        memmap_threshold: null,
        indexing_threshold: 10_000,
        flush_interval_sec: 5,
        max_optimization_threads: null,
      },
      declaration.optimizers_config,
    ),
    wal_config: { wal_capacity_mb: 32, wal_segments_ahead: 0 },
    quantization_config: declaration.quantization_config ?? null,
  };
}

function completed(defaults: object, declared: object | null | undefined): object {
  return { ...defaults, ...Object.fromEntries(Object.entries(declared ?? {}).filter(([, value]) => value != null)) };
}
