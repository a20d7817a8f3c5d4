import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import type { Logger } from '#platform/logging/logger.ts';
import { presentError } from './errors.ts';
import type { Executor } from './executor.ts';
import type { RequestScope } from './subgraph.ts';

type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

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
            return await executor.execute(operation, request.variables ?? {}, scope);
          } catch (error) {
            return { errors: [presentError(error, { requestId: scope.requestId, logger })] };
          }
        },
      };
    },
    stop: async () => undefined,
  };
}
