import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import type { Logger } from '#platform/logging/logger.ts';
import { answerOf, type Executor } from '../execution/executor.ts';
import type { RequestScope } from '../execution/source.ts';
import { presentError } from './errors.ts';

type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

/** Data that is text already. Apollo Server hands it on as it is, and {@link stringifyResult} finds it again. */
class WrittenData {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Apollo Server's view of the executor. It stands in place of the class ApolloGateway, which refuses a supergraph with
 * `@authenticated`, cannot run subscriptions, mixes schema versions on a reload and reports to Apollo by default.
 */
export function createGateway(executor: Executor, logger: Logger): Gateway {
  const listeners = new Set<Parameters<Gateway['onSchemaLoadOrUpdate']>[0]>();
  return {
    onSchemaLoadOrUpdate(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async load() {
      const { schema, sdl } = executor.snapshot;
      for (const listener of listeners) listener({ apiSchema: schema, coreSupergraphSdl: sdl });
      return {
        executor: async ({ queryHash, document, request, context }) => {
          const scope = context as unknown as RequestScope;
          try {
            const operation = executor.prepare({ hash: queryHash, document, operationName: request.operationName });
            const { data, errors } = await executor.execute(operation, request.variables ?? {}, scope);
            return {
              ...(data !== undefined && { data: new WrittenData(data) as unknown as Record<string, unknown> }),
              ...(errors.length > 0 && { errors: errors as never }),
            };
          } catch (error) {
            return { errors: [presentError(error, { requestId: scope.requestId, logger })] };
          }
        },
      };
    },
    stop: async () => undefined,
  };
}

/** For Apollo Server: data that the executor has written is not serialised a second time. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const { data, errors = [], extensions } = result;
  if (!(data instanceof WrittenData) || extensions) return JSON.stringify(result);
  return answerOf({ data: data.text, errors });
}
