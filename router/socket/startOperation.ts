import { getOperationAST, GraphQLError } from 'graphql';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { presentError } from '../graph/errors.ts';
import type { Executor } from '../graph/executor.ts';
import { readLiveOperation } from '../live/liveOperation.ts';
import type { LiveSubscriptions } from '../live/liveSubscriptions.ts';
import { sha256, type Documents } from '../operations/documents.ts';
import { OperationError } from '../operations/errors.ts';
import {
  namedHash,
  operationRequestSchema,
  type OperationRequest,
  type PersistedOperations,
} from '../operations/persisted.ts';
import type { OperationSink, StartOperation } from './connection.ts';

/** Runs what comes in over a socket: subscriptions live, queries and mutations once. */
export function createStartOperation(options: {
  readonly documents: Documents;
  readonly persisted: PersistedOperations;
  readonly executor: Executor;
  readonly live: LiveSubscriptions;
  readonly logger: Logger;
}): StartOperation {
  const { documents, persisted, executor, live, logger } = options;

  async function sourceOf(request: OperationRequest): Promise<string> {
    const hash = namedHash(request);
    if (request.query) {
      if (hash !== undefined && hash !== sha256(request.query)) throw OperationError.wrongHash();
      return request.query;
    }
    if (hash === undefined) throw OperationError.badRequest('Send a query, or the hash of one that is kept here.');
    const source = await persisted.get(hash);
    if (source === undefined) throw OperationError.notFoundByHash();
    return source;
  }

  function presented(error: unknown): GraphQLError[] {
    // What validation found is for the client; what else may go wrong before execution is presented as execution does.
    if (error instanceof AggregateError) return error.errors.filter((one) => one instanceof GraphQLError);
    return [presentError(error, { logger })];
  }

  return (payload, identity, sink) => {
    const ending = new AbortController();
    run(payload, identity, sink, ending.signal).catch((error: unknown) => {
      if (!ending.signal.aborted) sink.error(presented(error));
    });
    return () => ending.abort();
  };

  async function run(payload: unknown, identity: Identity, sink: OperationSink, signal: AbortSignal): Promise<void> {
    const { data: request } = operationRequestSchema.safeParse(payload);
    if (!request) throw OperationError.badRequest('This is no GraphQL request.');
    persisted.check(request);
    const source = documents.read(await sourceOf(request));
    const definition = getOperationAST(source.document, request.operationName);
    if (!definition) throw OperationError.unknownOperation();
    const operation = executor.prepare({ ...source, operationName: request.operationName ?? undefined });
    const variables = request.variables ?? {};
    if (signal.aborted) return;
    if (definition.operation === 'subscription') {
      const end = live.subscribe(readLiveOperation(operation, variables, identity), sink);
      signal.addEventListener('abort', end, { once: true });
      return;
    }
    const result = await executor.execute(operation, variables, { identity, requestId: v7() });
    if (signal.aborted) return;
    sink.next(JSON.stringify(result));
    sink.complete();
  }
}
