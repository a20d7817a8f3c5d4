import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Identity } from '#platform/identity/identity.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Graph } from '../graph/graph.ts';
import type { Variables } from '../operations/variables.ts';
import { clientOf } from '../usage/client.ts';
import type { UsageReporter } from '../usage/usageReporter.ts';

/** What became of an operation; nothing of the document where none was read. */
export interface ObservedOperation {
  readonly asked?: {
    readonly schema: GraphQLSchema;
    readonly hash: string;
    readonly document: DocumentNode;
    readonly operation: OperationDefinitionNode;
    readonly operationName: string | undefined;
    readonly variables: Variables;
  };
  readonly identity: Identity | undefined;
  readonly header: (name: string) => unknown;
  readonly errorCodes: readonly string[];
}

/** Counts an operation from now on, and tells its use when it is over. */
export type ObserveOperation = () => (over: ObservedOperation) => void;

export function createOperationObserver(options: {
  readonly metrics: Metrics;
  readonly usage: UsageReporter;
  readonly graph: Pick<Graph, 'versionOf'>;
}): ObserveOperation {
  const { metrics, usage, graph } = options;
  const seconds = metrics.histogram('switchboard_router_operation_seconds', 'Operations over HTTP', [
    'type',
    'outcome',
  ]);
  const errors = metrics.counter('switchboard_router_operation_errors_total', 'Errors told to clients', ['code']);

  return () => {
    const startedAt = performance.now();
    return ({ asked, identity, header, errorCodes }) => {
      const durationMs = performance.now() - startedAt;
      for (const code of errorCodes) errors.inc({ code });
      const outcome = errorCodes.length > 0 ? 'errors' : 'ok';
      seconds.observe({ type: asked?.operation.operation ?? 'unknown', outcome }, durationMs / 1_000);
      if (!asked) return;
      const { schema, document, operation, variables } = asked;
      usage.report({
        identity,
        schema,
        document,
        operation,
        cost: () => graph.versionOf(schema).costOf(asked, variables),
        client: clientOf(header),
        durationMs,
        errorCodes,
      });
    };
  };
}
