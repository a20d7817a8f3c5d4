import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import type { Logger } from '#platform/logging/logger.ts';
import { answerOf, type Executor } from '../execution/executor.ts';
import type { RequestScope } from '../execution/source.ts';
import { presentError } from './errors.ts';
import type { Graph } from './graph.ts';
import type { GraphVersion } from './graphVersion.ts';

type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

/** Data that is text already. Apollo Server hands it on as it is, and {@link stringifyResult} finds it again. */
class WrittenData {
  readonly text: string;
  /** It is the first part of an answer. */
  readonly hasNext: true | undefined;

  constructor(text: string, hasNext: true | undefined) {
    this.text = text;
    this.hasNext = hasNext;
  }
}

/**
 * Apollo Server's view of the executor. It stands in place of the class ApolloGateway, which refuses a supergraph with
 * `@authenticated`, cannot run subscriptions, mixes schema versions on a reload and reports to Apollo by default.
 */
export function createGateway(graph: Graph, executor: Executor, logger: Logger): Gateway {
  const listeners = new Set<Parameters<Gateway['onSchemaLoadOrUpdate']>[0]>();
  const tell = ({ snapshot: { schema, sdl } }: GraphVersion) => {
    for (const listener of listeners) listener({ apiSchema: schema, coreSupergraphSdl: sdl });
  };
  const leave = graph.onReplaced(tell);
  return {
    onSchemaLoadOrUpdate(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async load() {
      tell(graph.version);
      return {
        executor: async ({ schema, queryHash, document, request, context }) => {
          const scope = context as unknown as RequestScope;
          try {
            // Where the request was validated, though the graph may have become another since.
            const version = graph.versionOf(schema);
            const operation = version.prepare({ hash: queryHash, document, operationName: request.operationName });
            const { data, errors, hasNext } = await executor.execute(operation, request.variables ?? {}, scope);
            return {
              ...(data !== undefined && { data: new WrittenData(data, hasNext) as unknown as Record<string, unknown> }),
              ...(errors.length > 0 && { errors: errors as never }),
            };
          } catch (error) {
            return { errors: [presentError(error, { requestId: scope.requestId, logger })] };
          }
        },
      };
    },
    stop: async () => leave(),
  };
}

/** For Apollo Server: data that the executor has written is not serialised a second time. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const { data, errors = [], extensions } = result;
  if (!(data instanceof WrittenData) || extensions) return JSON.stringify(result);
  return answerOf({ data: data.text, errors, ...(data.hasNext && { hasNext: true }) });
}
