import { getOperationAST, type GraphQLError } from 'graphql';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { presentError } from '../graph/errors.ts';
import { answerOf, type Executor } from '../execution/executor.ts';
import { readLiveOperation } from '../live/liveOperation.ts';
import type { LiveSubscriptions } from '../live/liveSubscriptions.ts';
import { readSubscription } from '../live/subscription.ts';
import type { SignalSubscriptions } from '../live/signalSubscriptions.ts';
import { checkAccess } from '../operations/access.ts';
import type { LimitVisitor } from '../operations/visitorLimit.ts';
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
  readonly limitVisitor: LimitVisitor;
  readonly live: LiveSubscriptions;
  /** By subscription field (`@signals`). */
  readonly signals: ReadonlyMap<string, SignalSubscriptions>;
  readonly logger: Logger;
}): StartOperation {
  const { documents, persisted, executor, limitVisitor, live, signals, logger } = options;

  /** The document that a request means. One that comes with its hash is kept under it, once it is known to be valid. */
  async function read(request: OperationRequest): Promise<ReturnType<Documents['read']>> {
    const { query } = request;
    const hash = namedHash(request);
    if (!query) return documents.read(await kept(hash));
    if (hash !== undefined && hash !== sha256(query)) throw OperationError.wrongHash();
    const source = documents.read(query);
    if (hash !== undefined) await persisted.set(hash, query);
    return source;
  }

  async function kept(hash: string | undefined): Promise<string> {
    if (hash === undefined) throw OperationError.badRequest('Send a query, or the hash of one that is kept here.');
    const text = await persisted.get(hash);
    if (text === undefined) throw OperationError.notFoundByHash();
    return text;
  }

  function presented(error: unknown): GraphQLError[] {
    const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    return errors.map((one) => presentError(one, { logger }));
  }

  return (payload, identity, sink) => {
    const ending = new AbortController();
    const executed = run(payload, identity, sink, ending.signal).catch((error: unknown) => {
      if (!ending.signal.aborted) sink.error(presented(error));
    });
    return { end: () => ending.abort(), executed };
  };

  async function run(payload: unknown, identity: Identity, sink: OperationSink, signal: AbortSignal): Promise<void> {
    const { data: request } = operationRequestSchema.safeParse(payload);
    if (!request) throw OperationError.badRequest('This is no GraphQL request.');
    persisted.check(request);
    const source = await read(request);
    const definition = getOperationAST(source.document, request.operationName);
    if (!definition) throw OperationError.unknownOperation();
    checkAccess(source.document, definition, identity);
    await limitVisitor(identity);
    const operation = executor.prepare({ ...source, operationName: request.operationName ?? undefined });
    const variables = request.variables ?? {};
    if (signal.aborted) return;
    if (definition.operation === 'subscription') {
      const subscription = readSubscription(operation, variables, identity);
      const end =
        signals.get(subscription.field)?.subscribe(subscription, sink) ??
        live.subscribe(readLiveOperation(subscription), sink);
      signal.addEventListener('abort', end, { once: true });
      return;
    }
    const result = await executor.execute(operation, variables, { identity, requestId: v7() });
    if (signal.aborted) return;
    sink.next(answerOf(result));
    sink.complete();
  }
}
