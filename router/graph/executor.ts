import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, ExecutionResult } from 'graphql';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createDocumentCache } from '../operations/documents.ts';
import { coerceVariables, type Variables } from '../operations/variables.ts';
import { presentError } from './errors.ts';
import type { GraphSnapshot } from './snapshot.ts';
import type { RequestScope } from './subgraph.ts';

/** A validated document with the operation in it that is meant. */
export interface OperationSource {
  /** Identifies the document's text: its SHA-256. */
  readonly hash: string;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
}

/** An operation with its plan, ready to run any number of times. */
export interface PreparedOperation {
  /** Equal for equal text and operation name. */
  readonly key: string;
  readonly context: ReturnType<typeof buildOperationContext>;
  /** For a subscription: what is run for each event. */
  readonly plan: QueryPlan;
}

export interface Executor {
  readonly snapshot: GraphSnapshot;
  /** Plans an operation, or finds the plan again. */
  prepare(source: OperationSource): PreparedOperation;
  /** Never rejects: what fails is in the result's errors, fit for clients. */
  execute(operation: PreparedOperation, variables: Variables, scope: RequestScope): Promise<ExecutionResult>;
}

/**
 * Plans with Apollo's planner and executes with Apollo's executor, on one snapshot of the graph. Queries, mutations and
 * the events of subscriptions all go through here.
 */
export function createExecutor(options: {
  readonly snapshot: GraphSnapshot;
  /** By subgraph name, the event source included. */
  readonly services: ServiceMap;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Executor {
  const { snapshot, services, logger } = options;
  const prepared = createDocumentCache<PreparedOperation>(({ context }) => context.operation);
  const planning = options.metrics.histogram('switchboard_router_planning_seconds', 'Time to plan an operation');

  function plan({ document, operationName }: OperationSource): QueryPlan {
    const end = planning.startTimer();
    const name = operationName === undefined ? {} : { operationName };
    const { node } = snapshot.planner.buildQueryPlan(operationFromDocument(snapshot.apiSchema, document, name));
    end();
    if (node?.kind !== 'Subscription') return { kind: 'QueryPlan', ...(node && { node }) };
    // Per event, the primary fetch is answered by the event source and the rest by the subgraphs, as in a query.
    const { primary, rest } = node;
    return { kind: 'QueryPlan', node: { kind: 'Sequence', nodes: rest ? [primary, rest] : [primary] } };
  }

  return {
    snapshot,

    prepare(source) {
      const key = `${source.hash}:${source.operationName ?? ''}`;
      let operation = prepared.get(key);
      if (!operation) {
        const context = buildOperationContext({
          schema: snapshot.schema,
          operationDocument: source.document,
          ...(source.operationName !== undefined && { operationName: source.operationName }),
        });
        operation = { key, context, plan: plan(source) };
        prepared.set(key, operation);
      }
      return operation;
    },

    async execute({ context, plan }, variables, scope) {
      const { errors } = coerceVariables(snapshot.schema, context.operation, variables);
      if (errors) return { errors };
      try {
        const result = await executeQueryPlan(
          plan,
          services,
          { request: { variables }, context: scope, metrics: {}, logger } as unknown as Parameters<
            typeof executeQueryPlan
          >[2],
          context,
          snapshot.supergraphSchema,
          snapshot.apiSchema,
        );
        return present(result, scope);
      } catch (error) {
        return { data: null, errors: [presentError(error, { requestId: scope.requestId, logger })] };
      }
    },
  };

  function present(result: Awaited<ReturnType<typeof executeQueryPlan>>, { requestId }: RequestScope): ExecutionResult {
    const data = result.data ?? null;
    // A null where none may be, without an error to explain it, is a fault of a subgraph: the client is told, as the
    // specification wants, instead of hiding it in the extensions.
    const unexplained: unknown = result.extensions?.['valueCompletion'];
    const errors = result.errors ?? (Array.isArray(unexplained) ? unexplained : []);
    return errors.length === 0
      ? { data }
      : { data, errors: errors.map((error: unknown) => presentError(error, { requestId, logger })) };
  }
}
