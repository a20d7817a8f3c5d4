import { isObject, type Data } from './merge.ts';

/** Where in the merged data something stands, by keys and indices. */
export type Path = readonly (string | number)[];

/** All elements of a list, in the planner's paths. */
const EACH = '@';

/**
 * The objects at a path of the plan. One that stands at several places because it was asked for once comes once where the data is
 * shared, and is then not gone through again.
 */
export function objectsAt(data: Data, path: Path, isShared: boolean): Iterable<Data> {
  if (isShared) {
    const found = path.map(() => new Set<Data>());
    const last = new Set<Data>();
    collectOnce(data, path, 0, [...found, last]);
    return last;
  }
  const found: Data[] = [];
  collect(data, path, 0, found);
  return found;
}

function collect(value: unknown, path: Path, depth: number, found: Data[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const next = path[depth] === EACH ? depth + 1 : depth;
    for (const element of value) collect(element, path, next, found);
  } else if (depth === path.length) {
    found.push(value as Data);
  } else {
    collect((value as Data)[path[depth] as string], path, depth + 1, found);
  }
}

/** @param found By depth: what was come by there is not gone through again. */
function collectOnce(value: unknown, path: Path, depth: number, found: readonly Set<Data>[]): void {
  if (Array.isArray(value)) {
    const next = path[depth] === EACH ? depth + 1 : depth;
    for (const element of value) collectOnce(element, path, next, found);
  } else if (isObject(value) && found[depth]?.has(value) === false) {
    found[depth].add(value);
    if (depth < path.length) collectOnce(value[String(path[depth])], path, depth + 1, found);
  }
}

/** Where the same objects stand: several places of one that a fetch brought for more than one of its representations. */
export function placesOf(data: Data, path: Path, objects: ReadonlySet<Data>): Path[] {
  const found: Path[] = [];
  locate(data, path, 0, [], objects, found);
  return found;
}

function locate(
  value: unknown,
  path: Path,
  depth: number,
  place: Path,
  objects: ReadonlySet<Data>,
  found: Path[],
): void {
  if (Array.isArray(value)) {
    const next = path[depth] === EACH ? depth + 1 : depth;
    for (const [index, element] of value.entries()) locate(element, path, next, [...place, index], objects, found);
  } else if (isObject(value)) {
    const step = String(path[depth]);
    if (depth < path.length) locate(value[step], path, depth + 1, [...place, step], objects, found);
    else if (objects.has(value)) found.push(place);
  }
}
