import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Logger } from '#platform/logging/logger.ts';
import { presentError } from '../graph/errors.ts';
import type { Graph } from '../graph/graph.ts';
import { coerceVariables, type Variables } from '../operations/variables.ts';
import { createDeferral } from './deferred/deferral.ts';
import { laterParts, type LaterParts } from './deferred/laterParts.ts';
import { isObject, type Data } from './merge.ts';
import type { DeferringRun, OperationSource, PermittedOperation, PreparedOperation } from './prepareOperation.ts';
import type { Problem } from './problems.ts';
import type { RequestScope } from './source.ts';

/** What a client gets. */
export interface OperationResult {
  /** As JSON text; undefined when the operation did not run. */
  readonly data: string | undefined;
  readonly errors: readonly (GraphQLError | GraphQLFormattedError)[];
  /** More comes: see `takeLater`. */
  readonly hasNext?: true;
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
      let parts: DeferringRun | undefined;
      try {
        permitted = permittedTo(scope.identity);
        if (scope.takeLater) parts = permitted.deferring(coerced);
      } catch (error) {
        return { data: undefined, errors: [present(error, scope)] };
      }
      const data: Data = introspect(coerced);
      const entities = operation.operation === 'mutation' ? undefined : new Map();
      const shared = { data, variables, coerced, scope, entities };
      const problems: Problem[] = [];
      if (!parts) {
        await permitted.run({ ...shared, problems });
        return { data: permitted.writer(coerced)(data, problems), errors: presentAll(problems, scope) };
      }
      const deferral = createDeferral((part) => ({ ...shared, ...part }));
      await parts.run({ ...shared, problems, deferral });
      const first = parts.write(data, problems);
      // What is deferred may stand under a condition that does not hold.
      if (!deferral.hasParts()) return { data: first, errors: presentAll(problems, scope) };
      const later = laterParts(deferral, { first, data, partOf: parts.partOf });
      scope.takeLater?.(incrementsOf(later, scope));
      return { data: first, errors: presentAll(problems, scope), hasNext: true };
    },
  };

  async function* incrementsOf(later: AsyncIterable<LaterParts>, scope: RequestScope): AsyncGenerator<string> {
    for await (const { parts, hasNext } of later) {
      const told = parts.map(({ label, path, data, problems }) => {
        const errors = problems.length === 0 ? '' : `"errors":${JSON.stringify(presentAll(problems, scope))},`;
        const named = label === undefined ? '' : `"label":${JSON.stringify(label)},`;
        return `{${errors}${named}"path":${JSON.stringify(path)},"data":${data}}`;
      });
      const incremental = told.length === 0 ? '' : `"incremental":[${told.join(',')}],`;
      yield `{${incremental}"hasNext":${String(hasNext)}}`;
    }
  }

  function presentAll(problems: readonly Problem[], scope: RequestScope): GraphQLError[] {
    return problems.map(({ cause, path }) => present(cause, scope, path));
  }

  function present(error: unknown, { requestId }: RequestScope, path?: Problem['path']): GraphQLError {
    return presentError(error, { requestId, path, logger });
  }
}

/** What a question of the router's own brought; undefined when there is nothing of it. */
export function dataOf({ data }: OperationResult): Data | undefined {
  const parsed: unknown = data === undefined ? undefined : JSON.parse(data);
  return isObject(parsed) ? parsed : undefined;
}

/** The whole answer as JSON text, or the first part of it. Errors first, as the specification recommends. */
export function answerOf({ data, errors, hasNext }: OperationResult): string {
  const told = errors.length === 0 ? '' : `"errors":${JSON.stringify(errors)}`;
  if (data === undefined) return `{${told}}`;
  return `{${told}${told && ','}"data":${data}${hasNext ? ',"hasNext":true' : ''}}`;
}
