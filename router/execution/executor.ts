import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Logger } from '#platform/logging/logger.ts';
import { presentError } from '../graph/errors.ts';
import type { Graph } from '../graph/graph.ts';
import { coerceVariables, type Variables } from '../operations/variables.ts';
import { isObject, type Data } from './merge.ts';
import type { OperationSource, PermittedOperation, PreparedOperation } from './prepareOperation.ts';
import type { Problem } from './problems.ts';
import type { RequestScope } from './source.ts';

/** What a client gets. */
export interface OperationResult {
  /** As JSON text; undefined when the operation did not run. */
  readonly data: string | undefined;
  readonly errors: readonly (GraphQLError | GraphQLFormattedError)[];
}

export interface Executor {
  /** Plans an operation in the graph of now, or finds the plan again. */
  prepare(source: OperationSource): PreparedOperation;
  /** In the graph that it was prepared in. Never rejects: what fails is in the result's errors, fit for clients. */
  execute(operation: PreparedOperation, variables: Variables, scope: RequestScope): Promise<OperationResult>;
}

/**
 * Plans with Apollo's planner and executes by itself. Queries, mutations and the events of subscriptions all go through here.
 */
export function createExecutor({
  graph,
  logger,
}: {
  readonly graph: Pick<Graph, 'version'>;
  readonly logger: Logger;
}): Executor {
  return {
    prepare: (source) => graph.version.prepare(source),

    async execute(prepared, variables, scope) {
      // Taken at once: what a subscription has prepared becomes another when the graph does.
      const { schema, operation, permittedTo, introspect } = prepared;
      const { coerced, errors } = coerceVariables(schema, operation, variables);
      if (errors) return { data: undefined, errors: errors.map((error) => present(error, scope)) };
      let permitted: PermittedOperation;
      try {
        permitted = permittedTo(scope.identity);
      } catch (error) {
        return { data: undefined, errors: [present(error, scope)] };
      }
      const data: Data = introspect(coerced);
      const problems: Problem[] = [];
      const entities = operation.operation === 'mutation' ? undefined : new Map();
      await permitted.run({ data, problems, variables, coerced, scope, entities });
      const text = permitted.writer(coerced)(data, problems);
      return { data: text, errors: problems.map(({ cause, path }) => present(cause, scope, path)) };
    },
  };

  function present(error: unknown, { requestId }: RequestScope, path?: Problem['path']): GraphQLError {
    return presentError(error, { requestId, path, logger });
  }
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
