import { parseDatetime } from './datetime.ts';
import { parsePath, type Payload, type PayloadPath, valuesAt } from './payloadPath.ts';
import type { PointId } from './pointId.ts';
import type { Tokenizer } from './text.ts';

export type MatchValue = string | number | boolean;

export interface Bounds<Value> {
  readonly lt?: Value | null | undefined;
  readonly gt?: Value | null | undefined;
  readonly gte?: Value | null | undefined;
  readonly lte?: Value | null | undefined;
}

export type Condition =
  | { readonly kind: 'filter'; readonly filter: Filter }
  | { readonly kind: 'hasId'; readonly ids: readonly PointId[] }
  | { readonly kind: 'isEmpty' | 'isNull'; readonly key: string }
  | { readonly kind: 'matchAny' | 'matchExcept'; readonly key: string; readonly values: readonly MatchValue[] }
  | { readonly kind: 'matchText'; readonly key: string; readonly text: string }
  | { readonly kind: 'range' | 'valuesCount'; readonly key: string; readonly bounds: Bounds<number> }
  | { readonly kind: 'datetimeRange'; readonly key: string; readonly bounds: Bounds<string> };

/** All `must`, no `mustNot`, at least one `should` when there are any, and the minimum of `minShould`. */
export interface Filter {
  readonly must: readonly Condition[];
  readonly should: readonly Condition[];
  readonly mustNot: readonly Condition[];
  readonly minShould?: { readonly conditions: readonly Condition[]; readonly minCount: number } | undefined;
}

/** Whether it holds for every point. */
export function isEmptyFilter({ must, should, mustNot, minShould }: Filter): boolean {
  return must.length + should.length + mustNot.length === 0 && !minShould;
}

export type Predicate = (payload: Payload, id: PointId) => boolean;

/**
 * One filter out of two, as Qdrant merges the root's filter into its prefetches: conditions of a kind are put together.
 * That makes `should` an OR over both, here as there; what must hold for every result belongs in `must`.
 */
export function mergeFilters(a: Filter | undefined, b: Filter | undefined): Filter | undefined {
  if (!a || !b) return a ?? b;
  return {
    must: [...a.must, ...b.must],
    should: [...a.should, ...b.should],
    mustNot: [...a.mustNot, ...b.mustNot],
    minShould:
      a.minShould && b.minShould
        ? {
            conditions: [...a.minShould.conditions, ...b.minShould.conditions],
            minCount: Math.max(a.minShould.minCount, b.minShould.minCount),
          }
        : (a.minShould ?? b.minShould),
  };
}

/**
 * Paths, sets and dates are made ready once, then the predicate runs per point.
 * @param tokenizerOf how a field's text index reads text; without one, `match.text` looks for the substring.
 * @throws QdrantError when a key or a date is malformed.
 */
export function compileFilter(filter: Filter, tokenizerOf: (key: string) => Tokenizer | undefined): Predicate {
  const compile = (condition: Condition) => compileCondition(condition, tokenizerOf);
  const must = filter.must.map(compile);
  const should = filter.should.map(compile);
  const mustNot = filter.mustNot.map(compile);
  const minShould = filter.minShould?.conditions.map(compile) ?? [];
  const minCount = filter.minShould?.minCount ?? 0;
  return (payload, id) =>
    must.every((holds) => holds(payload, id)) &&
    !mustNot.some((holds) => holds(payload, id)) &&
    (should.length === 0 || should.some((holds) => holds(payload, id))) &&
    (minCount === 0 || minShould.filter((holds) => holds(payload, id)).length >= minCount);
}

function compileCondition(condition: Condition, tokenizerOf: (key: string) => Tokenizer | undefined): Predicate {
  switch (condition.kind) {
    case 'filter':
      return compileFilter(condition.filter, tokenizerOf);
    case 'hasId': {
      const ids = new Set(condition.ids);
      return (_, id) => ids.has(id);
    }
    case 'isEmpty': {
      const path = parsePath(condition.key);
      return (payload) => valuesAt(payload, path).every((value) => value === null || isEmptyArray(value));
    }
    case 'isNull': {
      const path = parsePath(condition.key);
      return (payload) => valuesAt(payload, path).includes(null);
    }
    case 'matchAny': {
      const wanted = new Set<unknown>(condition.values);
      return anyElement(parsePath(condition.key), (value) => wanted.has(value));
    }
    case 'matchExcept': {
      const unwanted = new Set<unknown>(condition.values);
      return anyElement(parsePath(condition.key), (value) => value !== null && !unwanted.has(value));
    }
    case 'matchText':
      return anyElement(parsePath(condition.key), textMatcher(condition.text, tokenizerOf(condition.key)));
    case 'range':
      return anyElement(
        parsePath(condition.key),
        (value) => typeof value === 'number' && isWithin(value, condition.bounds),
      );
    case 'datetimeRange': {
      const bounds = parseBounds(condition.bounds);
      return anyElement(parsePath(condition.key), (value) => {
        const time = typeof value === 'string' ? parseDatetime(value) : undefined;
        return time !== undefined && isWithin(time, bounds);
      });
    }
    case 'valuesCount': {
      const path = parsePath(condition.key);
      return (payload) => valuesAt(payload, path).some((value) => isWithin(countOf(value), condition.bounds));
    }
  }
}

/** What a condition or an index sees of a payload: the values at the path, an array as its elements. */
export function elementsAt(payload: Payload, path: PayloadPath): unknown[] {
  return valuesAt(payload, path).flat();
}

function anyElement(path: PayloadPath, holds: (value: unknown) => boolean): Predicate {
  return (payload) => elementsAt(payload, path).some(holds);
}

function textMatcher(text: string, tokenizer: Tokenizer | undefined): (value: unknown) => boolean {
  if (!tokenizer) return (value) => typeof value === 'string' && value.includes(text);
  const wanted = tokenizer(text);
  return (value) => {
    if (typeof value !== 'string' || wanted.size === 0) return false;
    const tokens = tokenizer(value);
    return [...wanted].every((token) => tokens.has(token));
  };
}

function isWithin(value: number, { lt, gt, gte, lte }: Bounds<number>): boolean {
  return (
    (lt == null || value < lt) &&
    (gt == null || value > gt) &&
    (gte == null || value >= gte) &&
    (lte == null || value <= lte)
  );
}

/** The schema let only valid dates through. */
function parseBounds({ lt, gt, gte, lte }: Bounds<string>): Bounds<number> {
  const time = (text: string | null | undefined) => (text == null ? undefined : parseDatetime(text));
  return { lt: time(lt), gt: time(gt), gte: time(gte), lte: time(lte) };
}

function countOf(value: unknown): number {
  if (value === null) return 0;
  return Array.isArray(value) ? value.length : 1;
}

function isEmptyArray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
