import { parse } from 'graphql';
import { routerDefaults } from '#router/config.ts';
import type { GraphSnapshot } from '#router/graph/snapshot.ts';
import { examineOperation } from '#router/operations/examine.ts';
import type { ClientOperation } from '#schema/operations/clientOperations.ts';
import { operationId, type PublishedOperation } from '#schema/partners.ts';
import { scopesOfOperation } from '../access/scopes.ts';

/** Fit to be published, and the scopes that a key needs to run it. */
export type ExaminedOperation = PublishedOperation & { readonly scopes: readonly string[] };

/** Operations do not fit the graph, the limits or what partners may do. */
export class OperationsRefused extends Error {
  readonly code = 'OPERATIONS_REFUSED';

  static because(problems: readonly string[]): OperationsRefused {
    return new OperationsRefused(`Nothing was published.\n${problems.join('\n')}`);
  }
}

/**
 * @param maxCost of one call: what the partner's keys give it in a minute.
 * @throws OperationsRefused with everything that is wrong with any of them.
 */
export function examineOperations(
  snapshot: GraphSnapshot,
  operations: readonly ClientOperation[],
  maxCost: number,
): ExaminedOperation[] {
  const problems: string[] = [];
  const fit: ExaminedOperation[] = [];

  for (const operation of operations) {
    const { id, name, body } = operation;
    const refuse = (problem: string) => void problems.push(`${name} (${id}): ${problem}`);
    if (!operationId.safeParse(id).success) refuse('its id has to be 1 to 128 letters, digits and any of _ : . -');
    const examined = examineOperation(snapshot, { body, limits: routerDefaults.limits, maxCost });
    examined.problems.forEach(refuse);
    if (!('cost' in examined)) continue;
    const { scopes, closed } = scopesOfOperation(parse(body));
    for (const field of closed) refuse(`${field} is not for partners, whatever their scopes.`);
    fit.push({ ...operation, cost: examined.cost, scopes });
  }
  if (problems.length > 0) throw OperationsRefused.because(problems);
  return fit;
}
