import { z } from 'zod';
import { parseDatetime } from './datetime.ts';
import type { Bounds, Condition, Filter } from './filter.ts';
import { pointIdSchema } from './pointId.ts';

const matchValue = z.union([z.string(), z.int(), z.boolean()]);
const matchValues = z.union([z.array(z.string()), z.array(z.int())]);
const datetime = z
  .string()
  .refine((text) => parseDatetime(text) !== undefined, 'is not a date and time as in RFC 3339');

const key = z.string().min(1);
const keyed = z.strictObject({ key });

function bounds<Value extends z.ZodType>(value: Value) {
  return z.strictObject({ lt: value.nullish(), gt: value.nullish(), gte: value.nullish(), lte: value.nullish() });
}

/** The parsed form of each condition is a `Condition`; the wire has no `kind`, the fields present tell. */
const leafSchema = z.union([
  z
    .strictObject({ has_id: z.array(pointIdSchema) })
    .transform(({ has_id: ids }): Condition => ({ kind: 'hasId', ids })),
  z.strictObject({ is_empty: keyed }).transform((it): Condition => ({ kind: 'isEmpty', key: it.is_empty.key })),
  z.strictObject({ is_null: keyed }).transform((it): Condition => ({ kind: 'isNull', key: it.is_null.key })),
  z
    .strictObject({ key, match: z.strictObject({ value: matchValue }) })
    .transform((it): Condition => ({ kind: 'matchAny', key: it.key, values: [it.match.value] })),
  z
    .strictObject({ key, match: z.strictObject({ any: matchValues }) })
    .transform((it): Condition => ({ kind: 'matchAny', key: it.key, values: it.match.any })),
  z
    .strictObject({ key, match: z.strictObject({ except: matchValues }) })
    .transform((it): Condition => ({ kind: 'matchExcept', key: it.key, values: it.match.except })),
  z
    .strictObject({ key, match: z.strictObject({ text: z.string() }) })
    .transform((it): Condition => ({ kind: 'matchText', key: it.key, text: it.match.text })),
  z
    .strictObject({ key, range: bounds(z.number()) })
    .transform((it): Condition => ({ kind: 'range', key: it.key, bounds: it.range satisfies Bounds<number> })),
  z
    .strictObject({ key, range: bounds(datetime) })
    .transform((it): Condition => ({ kind: 'datetimeRange', key: it.key, bounds: it.range satisfies Bounds<string> })),
  z
    .strictObject({ key, values_count: bounds(z.int().min(0)) })
    .transform((it): Condition => ({ kind: 'valuesCount', key: it.key, bounds: it.values_count })),
]);

/** Told from a filter by its keys, for otherwise a mistake in a condition would be reported as an odd filter. */
const isLeaf = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ['key', 'has_id', 'is_empty', 'is_null'].some((it) => it in value);

const nestedSchema = z.unknown().check(({ value, issues }) => {
  if (isLeaf(value)) issues.push({ code: 'invalid_type', expected: 'object', input: value });
});

const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([leafSchema, nestedSchema.pipe(filterSchema).transform((filter): Condition => ({ kind: 'filter', filter }))]),
);

const conditionsSchema = z
  .union([z.array(conditionSchema), conditionSchema.transform((condition) => [condition])])
  .nullish()
  .transform((conditions) => conditions ?? []);

/** Qdrant's filter object, parsed into a `Filter`. */
export const filterSchema: z.ZodType<Filter> = z
  .strictObject({
    must: conditionsSchema,
    should: conditionsSchema,
    must_not: conditionsSchema,
    min_should: z.strictObject({ conditions: z.array(conditionSchema), min_count: z.int().min(1) }).nullish(),
  })
  .transform(({ must, should, must_not: mustNot, min_should: minShould }) => ({
    must,
    should,
    mustNot,
    minShould: minShould ? { conditions: minShould.conditions, minCount: minShould.min_count } : undefined,
  }));
