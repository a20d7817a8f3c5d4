import type { Variables } from '../operations/variables.ts';
import type { Data } from './merge.ts';
import type { Problem } from './problems.ts';
import type { RequestScope } from './source.ts';

/** One execution of an operation. */
export interface Run {
  /** Grows with each fetch. */
  readonly data: Data;
  readonly problems: Problem[];
  /** As the client gave them: subgraphs coerce them as the client's schema does. */
  readonly variables: Variables;
  /** With the operation's defaults. */
  readonly coerced: Variables;
  readonly scope: RequestScope;
}

/** Never rejects: what goes wrong is among the run's problems. */
export type Step = (run: Run) => Promise<void>;
