import type { Variables } from '../operations/variables.ts';
import type { Data } from './merge.ts';
import type { Path } from './places.ts';
import type { Rewrite } from './rewrites.ts';
import type { Cause, Run } from './run.ts';
import type { Source, SubgraphOperation } from './source.ts';

/** What a fetch asks a subgraph. */
export interface PlannedOperation extends SubgraphOperation {
  /** Equal for fetches that ask the same subgraph for the same, which is rewritten equally. */
  readonly shape: string;
}

/** A fetch of a plan, compiled. */
export interface Fetch {
  readonly name: string;
  readonly source: Source;
  readonly operation: PlannedOperation;
  readonly path: Path;
  readonly variableNames: readonly string[];
  readonly rewrite: Rewrite;
  readonly dropInterfaceName: (entity: Data) => void;
  /** Under which key the data has what the subgraph answers under this one. */
  readonly dataKey: (key: string) => string;
  /** A place in the merged data, or one in a subgraph's answer, as the client knows it. */
  readonly toClient: (path: Path) => Path;
}

/** Says what went wrong at these places. */
export function report(
  { problems }: Run,
  { toClient }: Pick<Fetch, 'toClient'>,
  cause: Cause,
  places: readonly Path[],
): void {
  for (const place of places) problems.push({ cause, path: toClient(place) });
}

/** What the client gave of some variables, as the inside of a JSON object. */
export function members(names: readonly string[], variables: Variables): string {
  if (names.length === 0) return '';
  return names
    .filter((name) => Object.hasOwn(variables, name) && variables[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(variables[name])}`)
    .join(',');
}
