import { Kind, type OperationDefinitionNode } from 'graphql';
import type { Metrics } from '#platform/metrics/metrics.ts';

/** Measures an operation from now on; what it gives is called when the answer is there. */
export type ObserveOperation = () => (operation: OperationDefinitionNode | undefined, failed: boolean) => void;

export function observeOperations(metrics: Metrics): ObserveOperation {
  // By root field, of which the schema has few; names of operations are the clients' invention and never end.
  const durations = metrics.histogram(
    'switchboard_graphql_operation_duration_seconds',
    'From the arrival of an operation to its answer',
    ['type', 'field', 'outcome'],
  );
  return () => {
    const startedAt = performance.now();
    return (operation, failed) => {
      const seconds = (performance.now() - startedAt) / 1_000;
      durations.observe({ ...labels(operation), outcome: failed ? 'error' : 'ok' }, seconds);
    };
  };
}

function labels(operation: OperationDefinitionNode | undefined): { type: string; field: string } {
  if (!operation) return { type: 'invalid', field: 'invalid' };
  const [first, ...others] = operation.selectionSet.selections;
  const field = first?.kind === Kind.FIELD && others.length === 0 ? first.name.value : 'several';
  return { type: operation.operation, field };
}
