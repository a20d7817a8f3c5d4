import type { RequestScope, Source, SubgraphAnswer, SubgraphOperation } from './source.ts';

/** What a fetch asks a subgraph about some entities. */
export interface EntityQuestion {
  readonly source: Source;
  readonly operation: SubgraphOperation;
  /** Each as JSON. */
  readonly representations: readonly string[];
  /** The operation's other variables, as the inside of a JSON object. */
  readonly others: string;
  readonly scope: RequestScope;
}

/** Asks it at once, and by itself. */
export function askForEntities({
  source,
  operation,
  representations,
  others,
  scope,
}: EntityQuestion): Promise<SubgraphAnswer> {
  const variables = `{"representations":[${representations.join(',')}]${others && `,${others}`}}`;
  return source.fetch(operation, variables, scope);
}
