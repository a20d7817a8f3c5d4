import { isObject, merge, type Data } from '../merge.ts';
import type { Path } from '../places.ts';
import type { Problem } from '../problems.ts';
import type { RunningDeferral } from './deferral.ts';
import type { DeferredPart } from './deferredParts.ts';

/** What comes later of one object. */
export interface LaterPart {
  readonly label: string | undefined;
  readonly path: Path;
  /** As JSON text. */
  readonly data: string;
  readonly problems: readonly Problem[];
}

/** What comes at one time. */
export interface LaterParts {
  readonly parts: readonly LaterPart[];
  readonly hasNext: boolean;
}

/**
 * The parts as they come, each fit to be merged into what the client has by then.
 *
 * @param first What came at once, as JSON text: what is null there has no parts.
 */
export async function* laterParts(
  deferral: RunningDeferral,
  {
    first,
    data,
    partOf,
  }: { readonly first: string; readonly data: Data; readonly partOf: (id: string) => DeferredPart },
): AsyncGenerator<LaterParts, void, undefined> {
  const client: unknown = JSON.parse(first);
  for await (const { id, problems: found, isLast } of deferral.arrivals()) {
    const part = partOf(id);
    const places = part.placesIn(data).filter(({ path }) => isObject(valueAt(client, path)));
    const assigned = new Set<Problem>();
    const parts = places.map((place): LaterPart => {
      const problems = found.filter((problem) => isWithin(problem, place.path));
      for (const problem of problems) assigned.add(problem);
      const text = part.write(place, problems);
      const written: unknown = JSON.parse(text);
      const there = valueAt(client, place.path);
      if (isObject(there) && isObject(written)) merge(there, written);
      return { label: part.label, path: place.path, data: text, problems };
    });
    const [one, ...others] = parts;
    // What has no place of its own, such as the failure of what would have found the places.
    const rest = found.filter((problem) => !assigned.has(problem));
    const told = one ? [{ ...one, problems: [...one.problems, ...rest] }, ...others] : [];
    if (told.length > 0 || isLast) yield { parts: told, hasNext: !isLast };
  }
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | null | undefined)?.[step],
    root,
  );
}

function isWithin({ path }: Problem, place: Path): boolean {
  return path !== undefined && path.length >= place.length && place.every((step, index) => path[index] === step);
}
