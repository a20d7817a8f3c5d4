import fc from 'fast-check';

type Path = readonly (string | number)[];

/** One of the values, with something in it that does not belong there, or left out. */
export function mutated(values: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc
    .constantFrom(...values)
    .chain((value) => fc.tuple(fc.constant(value), fc.constantFrom(...pathsIn(value)), fc.option(misfit)))
    .map(([value, path, put]) => changed(value, path, put));
}

const misfit = fc.oneof(
  fc.constantFrom('', '\0', '\ud800', 'a\0b\udfff', ' ', '0', '-1', '__proto__', 'constructor', 'javascript:alert(1)'),
  fc.constantFrom(-1, 0, 1.5, 1e15, 1e300, Number.MAX_SAFE_INTEGER),
  fc.constantFrom([], {}, [null], [[]], { id: null }, true, false),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
);

/** Of the value itself, and of everything in it. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => pathsIn((value as Record<string | number, unknown>)[key], [...path, key]))];
}

/** A copy in which what stands at the path is another, or is not there for null. */
function changed(value: unknown, [key, ...rest]: Path, put: unknown): unknown {
  if (key === undefined) return put;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? changed(item, rest, put) : item));
  const entries = Object.entries(value as object).flatMap(([name, item]) => {
    if (name !== key) return [[name, item]];
    return rest.length === 0 && put === null ? [] : [[name, changed(item, rest, put)]];
  });
  return Object.fromEntries(entries);
}
