import type { GraphQLFormattedError } from 'graphql';
import type { Path } from './places.ts';

/** Something that went wrong while an operation ran, and where it is missed in the response. */
export interface Problem {
  readonly cause: GraphQLFormattedError | Error;
  /** In the client's response keys; undefined: it is about the whole. */
  readonly path: Path | undefined;
}

/** Whether a null at this place needs no other explanation: something went wrong there, above it, or below it. */
export function explains({ path }: Problem, place: Path): boolean {
  if (path === undefined) return true;
  const shared = Math.min(path.length, place.length);
  for (let index = 0; index < shared; index++) if (path[index] !== place[index]) return false;
  return true;
}
