import type { OperationSource } from '../execution/prepareOperation.ts';
import type { GraphVersion } from '../graph/graphVersion.ts';
import { OperationError } from './errors.ts';
import type { Variables } from './variables.ts';

/**
 * Refuses an operation that could bring about more work than one may, before it is planned.
 *
 * @throws OperationError `MAX_COST_EXCEEDED`, or `SLICING_ARGUMENT_REQUIRED`.
 */
export function checkCost(version: GraphVersion, source: OperationSource, variables: Variables, limit: number): void {
  const cost = version.costOf(source, variables);
  if (cost > limit) throw OperationError.tooCostly(cost, limit);
}
