import { isObject, type Data } from './merge.ts';

/** Where in the merged data something stands, by keys and indices. */
export type Path = readonly (string | number)[];

/** All elements of a list, in the planner's paths. */
const EACH = '@';

/** What an object stands in: an object, or a list. */
export type Holder = Record<string | number, unknown>;

/** What stands at several places. */
interface Repeated {
  /** Any object may. */
  readonly anywhere: boolean;
  /** These do, with all that is within. */
  readonly objects: ReadonlySet<Data>;
}

/** Is shown an object and where it stands, and may put another there. */
type Visit = (object: Data, holder: Holder, key: string | number) => void;

/**
 * Shows the objects at a path of the plan. One that stands at several places comes once, and is then not gone through again.
 */
export function visitAt(data: Data, path: Path, { anywhere, objects }: Repeated, visit: Visit): void {
  const mayRepeat = anywhere || objects.size > 0;
  /** By depth: what was come by there. */
  const seen: (Set<Data> | undefined)[] = [];

  function isSeen(object: Data, depth: number): boolean {
    if (!anywhere && !objects.has(object)) return false;
    const here = (seen[depth] ??= new Set());
    if (here.has(object)) return true;
    here.add(object);
    return false;
  }

  function visitValue(value: unknown, holder: Holder, key: string | number, depth: number): void {
    if (typeof value !== 'object' || value === null) return;
    const step = path[depth];
    if (Array.isArray(value)) {
      const next = step === EACH ? depth + 1 : depth;
      for (let index = 0; index < value.length; index++) visitValue(value[index], value as never, index, next);
      return;
    }
    const object = value as Data;
    if (mayRepeat && isSeen(object, depth)) return;
    if (step === undefined) visit(object, holder, key);
    else visitValue(object[step], object, step, depth + 1);
  }

  visitValue(data, { data }, 'data', 0);
}

/** The objects at a path of the plan, as {@link visitAt} shows them. */
export function objectsAt(data: Data, path: Path, repeated: Repeated): Data[] {
  const found: Data[] = [];
  visitAt(data, path, repeated, (object) => found.push(object));
  return found;
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
