import {
  Kind,
  type FragmentDefinitionNode,
  getOperationAST,
  type GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { presentError } from '../graph/errors.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { createDocumentCache } from '../operations/documents.ts';
import { OperationError } from '../operations/errors.ts';
import { coerceVariables, type Variables } from '../operations/variables.ts';
import { isObject, type Data } from './merge.ts';
import {
  prepareOperation,
  type OperationDefinition,
  type OperationSource,
  type PreparedOperation,
} from './prepareOperation.ts';
import type { Problem } from './problems.ts';
import type { RequestScope, Source } from './source.ts';
import { createTypeConditions } from './typeConditions.ts';

/** What a client gets. */
export interface OperationResult {
  /** As JSON text; undefined when the operation did not run. */
  readonly data: string | undefined;
  readonly errors: readonly (GraphQLError | GraphQLFormattedError)[];
}

export interface Executor {
  readonly snapshot: GraphSnapshot;
  /** Plans an operation, or finds the plan again. */
  prepare(source: OperationSource): PreparedOperation;
  /** Never rejects: what fails is in the result's errors, fit for clients. */
  execute(operation: PreparedOperation, variables: Variables, scope: RequestScope): Promise<OperationResult>;
}

/**
 * Plans with Apollo's planner and executes by itself, on one snapshot of the graph. Queries, mutations and the events of
 * subscriptions all go through here.
 */
export function createExecutor(options: {
  readonly snapshot: GraphSnapshot;
  /** By subgraph name, the event source included. */
  readonly sources: Readonly<Record<string, Source>>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Executor {
  const { snapshot, sources, logger } = options;
  const isOfType = createTypeConditions(snapshot.supergraphSchema);
  const prepared = createDocumentCache<PreparedOperation>(({ operation }) => operation);
  const planning = options.metrics.histogram('switchboard_router_planning_seconds', 'Time to plan an operation');

  return {
    snapshot,

    prepare(source) {
      const key = `${source.hash}:${source.operationName ?? ''}`;
      let operation = prepared.get(key);
      if (!operation) {
        const end = planning.startTimer();
        operation = prepareOperation(source, definitionIn(source), { snapshot, sources, isOfType });
        end();
        prepared.set(key, operation);
      }
      return operation;
    },

    async execute(operation, variables, scope) {
      const { coerced, errors } = coerceVariables(snapshot.schema, operation.operation, variables);
      if (errors) return { data: undefined, errors: errors.map((error) => present(error, scope)) };
      const data: Data = operation.introspect(coerced);
      const problems: Problem[] = [];
      await operation.run({ data, problems, variables, coerced, scope });
      const text = operation.writer(coerced)(data, problems);
      return { data: text, errors: problems.map(({ cause, path }) => present(cause, scope, path)) };
    },
  };

  function present(error: unknown, { requestId }: RequestScope, path?: Problem['path']): GraphQLError {
    return presentError(error, { requestId, path, logger });
  }
}

/** @throws OperationError when the document has no such operation. */
function definitionIn({ document, operationName }: OperationSource): OperationDefinition {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw OperationError.unknownOperation();
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return { operation, fragments };
}

/** What a question of the router's own brought; undefined when there is nothing of it. */
export function dataOf({ data }: OperationResult): Data | undefined {
  const parsed: unknown = data === undefined ? undefined : JSON.parse(data);
  return isObject(parsed) ? parsed : undefined;
}

/** The whole answer as JSON text. Errors first, as the specification recommends. */
export function answerOf({ data, errors }: OperationResult): string {
  const told = errors.length === 0 ? '' : `"errors":${JSON.stringify(errors)}`;
  if (data === undefined) return `{${told}}`;
  return `{${told}${told && ','}"data":${data}}`;
}
