import { isObject, type Data } from './merge.ts';

/** Where in the merged data something stands, by keys and indices. */
export type Path = readonly (string | number)[];

/** All elements of a list, in the planner's paths. */
const EACH = '@';

/** What an object stands in: an object, or a list. */
export type Holder = Record<string | number, unknown>;

/** Is shown an object and where it stands, and may put another there. */
type Visit = (object: Data, holder: Holder, key: string | number) => void;

/**
 * Shows the objects at a path of the plan. One that stands at several places comes once where the data is shared, and is then not
 * gone through again.
 */
export function visitAt(data: Data, path: Path, isShared: boolean, visit: Visit): void {
  const seen = isShared ? Array.from({ length: path.length + 1 }, () => new Set<Data>()) : undefined;
  visitValue(data, { data }, 'data', { path, seen, visit }, 0);
}

/** The objects at a path of the plan, as {@link visitAt} shows them. */
export function objectsAt(data: Data, path: Path, isShared: boolean): Data[] {
  const found: Data[] = [];
  visitAt(data, path, isShared, (object) => found.push(object));
  return found;
}

interface Way {
  readonly path: Path;
  /** By depth: what was come by there is not gone through again. */
  readonly seen: readonly Set<Data>[] | undefined;
  readonly visit: Visit;
}

function visitValue(value: unknown, holder: Holder, key: string | number, way: Way, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  const { path, seen, visit } = way;
  const step = path[depth];
  if (Array.isArray(value)) {
    const next = step === EACH ? depth + 1 : depth;
    for (let index = 0; index < value.length; index++) visitValue(value[index], value as never, index, way, next);
    return;
  }
  const object = value as Data;
  if (seen) {
    if (seen[depth]?.has(object)) return;
    seen[depth]?.add(object);
  }
  if (step === undefined) visit(object, holder, key);
  else visitValue(object[step], object, step, way, depth + 1);
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
