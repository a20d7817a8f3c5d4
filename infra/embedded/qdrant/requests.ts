import { z } from 'zod';
import { QdrantError } from './errors.ts';
import { filterSchema } from './filterSchema.ts';
import type { Filter } from './filter.ts';
import type { IndexType } from './payloadIndex.ts';
import type { Payload } from './payloadPath.ts';
import { type PointId, pointIdSchema } from './pointId.ts';
import { describeIssue } from './validation.ts';
import type { VectorInput } from './vectors.ts';

const MAX_LIMIT = 10_000;
const MAX_POINTS = 10_000;
const MAX_PREFETCH_DEPTH = 4;

const LARGEST_FLOAT = 3.402_823_466e38;

/** One loop instead of a schema per number: a request carries hundreds of thousands of them. */
const numbers: z.ZodType<readonly number[]> = z.custom<readonly number[]>().check((context) => {
  const { value, issues } = context;
  if (!Array.isArray(value)) issues.push({ code: 'invalid_type', expected: 'array', input: value });
  else if (!value.every((it) => typeof it === 'number')) {
    issues.push({ code: 'invalid_type', expected: 'array', input: value, message: 'is not an array of numbers' });
  } else if (!value.every((it) => Math.abs(it) <= LARGEST_FLOAT)) {
    issues.push({ code: 'custom', input: value, message: 'holds a number that does not fit into 32 bits' });
  }
});

const sparseSchema = z
  .strictObject({ indices: z.array(z.int().min(0).max(0xffff_ffff)), values: numbers })
  .refine(({ indices, values }) => indices.length === values.length, 'must be the same length as values')
  .refine(({ indices }) => new Set(indices).size === indices.length, 'indices must be unique');

const vectorSchema: z.ZodType<VectorInput> = z.union([numbers, sparseSchema]);
const payloadSchema: z.ZodType<Payload> = z.record(z.string(), z.unknown());
const idsSchema = z.array(pointIdSchema).max(MAX_POINTS);

export const upsertSchema = z.strictObject({
  points: z
    .array(
      z.strictObject({
        id: pointIdSchema,
        vector: z.record(z.string(), vectorSchema),
        payload: payloadSchema.nullish(),
      }),
    )
    .max(MAX_POINTS),
});

export const selectorSchema = z.union([
  z.strictObject({ points: idsSchema }).transform(({ points: ids }) => ({ ids })),
  z.strictObject({ filter: filterSchema }),
]);

const selection = { points: idsSchema.nullish(), filter: filterSchema.nullish() };

function selected<Body extends { points?: PointId[] | null | undefined; filter?: Filter | null | undefined }>(
  body: Body,
) {
  const { points: ids, filter } = body;
  if (ids) return { ...body, selection: { ids } };
  if (filter) return { ...body, selection: { filter } };
  throw QdrantError.invalid('either list of point ids or a filter must be provided');
}

export const setPayloadSchema = z.strictObject({ payload: payloadSchema, ...selection }).transform(selected);
export const deletePayloadSchema = z.strictObject({ keys: z.array(z.string()), ...selection }).transform(selected);

const withPayloadSchema = z.union([
  z.boolean(),
  z.array(z.string()),
  z.strictObject({ include: z.array(z.string()) }),
  z.strictObject({ exclude: z.array(z.string()) }),
]);
const withVectorSchema = z.union([z.boolean(), z.array(z.string())]);

export type WithPayload = z.infer<typeof withPayloadSchema>;
export type WithVector = z.infer<typeof withVectorSchema>;

export const retrieveSchema = z.strictObject({
  ids: idsSchema,
  with_payload: withPayloadSchema.nullish(),
  with_vector: withVectorSchema.nullish(),
});

const limitSchema = z.int().min(1).max(MAX_LIMIT).nullish();

export const scrollSchema = z.strictObject({
  offset: pointIdSchema.nullish(),
  limit: limitSchema,
  filter: filterSchema.nullish(),
  with_payload: withPayloadSchema.nullish(),
  with_vector: withVectorSchema.nullish(),
});

export const countSchema = z.strictObject({ filter: filterSchema.nullish(), exact: z.boolean().nullish() });

export type Target = { readonly vector: VectorInput } | { readonly id: PointId };

/** What to score by. */
export type Scoring =
  | { readonly kind: 'nearest'; readonly target: Target }
  | {
      readonly kind: 'rrf';
      readonly k?: number | null | undefined;
      readonly weights?: readonly number[] | null | undefined;
    }
  | { readonly kind: 'dbsf' };

const targetSchema: z.ZodType<Target> = z.union([
  vectorSchema.transform((vector) => ({ vector })),
  pointIdSchema.transform((id) => ({ id })),
]);

const scoringSchema: z.ZodType<Scoring> = z.union([
  targetSchema.transform((target) => ({ kind: 'nearest' as const, target })),
  z.strictObject({ nearest: targetSchema }).transform(({ nearest }) => ({ kind: 'nearest' as const, target: nearest })),
  z.strictObject({ fusion: z.enum(['rrf', 'dbsf']) }).transform(({ fusion }) => ({ kind: fusion })),
  z
    .strictObject({ rrf: z.strictObject({ k: z.int().min(1).nullish(), weights: z.array(z.number()).nullish() }) })
    .transform(({ rrf }) => ({ kind: 'rrf' as const, ...rrf })),
]);

/** How to search approximately, which an exact search is free to ignore. */
const paramsSchema = z.strictObject({
  hnsw_ef: z.int().min(1).nullish(),
  exact: z.boolean().optional(),
  indexed_only: z.boolean().optional(),
  quantization: z.record(z.string(), z.unknown()).nullish(),
  acorn: z.record(z.string(), z.unknown()).nullish(),
  idf: z.literal('global').nullish(),
});

/** A query without what concerns the answer's form: the same at the root and in each prefetch. */
export interface Stage {
  readonly prefetch: readonly Stage[];
  readonly query?: Scoring | null | undefined;
  readonly using?: string | null | undefined;
  readonly filter?: Filter | null | undefined;
  readonly score_threshold?: number | null | undefined;
  readonly limit?: number | null | undefined;
}

function stage(depth: number) {
  return {
    prefetch: depth === 0 ? noPrefetch : prefetches(depth),
    query: scoringSchema.nullish(),
    using: z.string().nullish(),
    filter: filterSchema.nullish(),
    params: paramsSchema.nullish(),
    score_threshold: z.number().nullish(),
    limit: limitSchema,
  };
}

const noPrefetch = z
  .undefined(`prefetches may be nested up to ${MAX_PREFETCH_DEPTH} deep`)
  .optional()
  .transform((): readonly Stage[] => []);

function prefetches(depth: number): z.ZodType<readonly Stage[]> {
  const one: z.ZodType<Stage> = z.strictObject(stage(depth - 1));
  return z
    .union([z.array(one), one.transform((only) => [only])])
    .nullish()
    .transform((given) => given ?? []);
}

export const querySchema = z.strictObject({
  ...stage(MAX_PREFETCH_DEPTH),
  offset: z.int().min(0).max(MAX_LIMIT).nullish(),
  with_payload: withPayloadSchema.nullish(),
  with_vector: withVectorSchema.nullish(),
});
export type QueryRequest = z.infer<typeof querySchema>;

export const queryBatchSchema = z.strictObject({ searches: z.array(querySchema).max(100) });

const INDEX_TYPES = ['keyword', 'integer', 'float', 'bool', 'datetime', 'uuid', 'text'] as const satisfies IndexType[];

export const createIndexSchema = z.strictObject({
  field_name: z.string().min(1),
  field_schema: z.union([
    z.enum(INDEX_TYPES).transform((type) => ({ type })),
    z.strictObject({
      type: z.enum(['keyword', 'uuid']),
      is_tenant: z.boolean().nullish(),
      on_disk: z.boolean().nullish(),
    }),
    z.strictObject({ type: z.enum(['integer', 'float', 'bool', 'datetime']), on_disk: z.boolean().nullish() }),
    z.strictObject({
      type: z.literal('text'),
      tokenizer: z.enum(['word', 'whitespace']).optional(),
      lowercase: z.boolean().nullish(),
      min_token_len: z.int().min(0).nullish(),
      max_token_len: z.int().min(0).nullish(),
      on_disk: z.boolean().nullish(),
    }),
  ]),
});

const name = z.string().min(1);
export const aliasesSchema = z.strictObject({
  actions: z.array(
    z.union([
      z.strictObject({ create_alias: z.strictObject({ collection_name: name, alias_name: name }) }),
      z.strictObject({ delete_alias: z.strictObject({ alias_name: name }) }),
    ]),
  ),
});

/** @throws QdrantError that says which field is wrong, or is not supported here. */
export function parseBody<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  throw describeIssue(parsed.error.issues, body);
}
