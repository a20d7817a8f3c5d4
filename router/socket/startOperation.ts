import { getOperationAST, type GraphQLError } from 'graphql';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { presentError } from '../graph/errors.ts';
import type { Limit } from '#schema/visibility.ts';
import { answerOf, type Executor } from '../execution/executor.ts';
import type { AgentLimits } from '../live/agentLimits.ts';
import { COUNTS_FIELD, type CountsSubscriptions } from '../live/counts/countsSubscriptions.ts';
import { readLiveOperation } from '../live/liveOperation.ts';
import type { LiveSubscriptions } from '../live/liveSubscriptions.ts';
import type { SignalSubscriptions } from '../live/signalSubscriptions.ts';
import { readSubscription, type Subscription } from '../live/subscription.ts';
import { checkAccess } from '../operations/access.ts';
import { operationCosts } from '../operations/operationCosts.ts';
import type { RequestLimits } from '../operations/requestLimits.ts';
import type { UsageReporter } from '../usage/usageReporter.ts';
import type { LimitVisitor } from '../operations/visitorLimit.ts';
import type { RegisteredOperations } from '../partners/registeredOperations.ts';
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
  readonly registered: RegisteredOperations;
  readonly executor: Executor;
  readonly limitVisitor: LimitVisitor;
  readonly requestLimits: RequestLimits;
  readonly usage: UsageReporter;
  readonly live: LiveSubscriptions;
  /** By subscription field (`@signals`). */
  readonly signals: ReadonlyMap<string, SignalSubscriptions>;
  readonly counts: CountsSubscriptions;
  readonly limits: AgentLimits;
  readonly logger: Logger;
}): StartOperation {
  const {
    documents,
    persisted,
    registered,
    executor,
    limitVisitor,
    requestLimits,
    usage,
    live,
    signals,
    counts,
    limits,
    logger,
  } = options;

  const costs = operationCosts(executor.snapshot.supergraphSchema);

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

  /** Lasts until the signal aborts, until it fails, or until the subscriber may see something else than now. */
  async function watchAndBegin(subscription: Subscription, sink: OperationSink, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const error = (errors: readonly GraphQLError[]) => {
      if (ended.aborted) return;
      over.abort();
      sink.error(errors);
    };
    const watched = await limits.watch(subscription.identity, () => error([OperationError.viewChanged()]));
    const end = await begin(subscription, { ...sink, error }, watched.limit).catch((failure: unknown) => {
      watched.end();
      throw failure;
    });
    const endAll = () => {
      watched.end();
      end();
    };
    if (ended.aborted) endAll();
    else ended.addEventListener('abort', endAll, { once: true });
  }

  async function begin(subscription: Subscription, sink: OperationSink, limit: Limit | null): Promise<() => void> {
    const momentary = signals.get(subscription.field);
    if (momentary) return momentary.subscribe(subscription, sink, limit);
    return live.subscribe(readLiveOperation(subscription, limit), sink);
  }

  async function run(payload: unknown, identity: Identity, sink: OperationSink, signal: AbortSignal): Promise<void> {
    const { data: asked } = operationRequestSchema.safeParse(payload);
    if (!asked) throw OperationError.badRequest('This is no GraphQL request.');
    await requestLimits.begin(identity);
    const request = await registered.resolve(asked, identity);
    if (request === asked) persisted.check(request);
    const source = await read(request);
    const definition = getOperationAST(source.document, request.operationName);
    if (!definition) throw OperationError.unknownOperation();
    checkAccess(source.document, definition, identity);
    await limitVisitor(identity);
    await requestLimits.spend(identity, () => costs.of(source.document, definition, request.variables ?? {}));
    const operation = executor.prepare({ ...source, operationName: request.operationName ?? undefined });
    const variables = request.variables ?? {};
    if (signal.aborted) return;
    const startedAt = performance.now();
    const report = (errorCodes: readonly string[] = []) =>
      usage.report({
        identity,
        document: source.document,
        operation: definition,
        variables,
        client: { name: undefined, version: undefined },
        durationMs: performance.now() - startedAt,
        errorCodes,
      });
    if (definition.operation === 'subscription') {
      report();
      const subscription = readSubscription(operation, variables, identity);
      if (subscription.field !== COUNTS_FIELD) return watchAndBegin(subscription, sink, signal);
      // Counts follow what their viewer may see.
      signal.addEventListener('abort', counts.subscribe(subscription, sink), { once: true });
      return;
    }
    const result = await executor.execute(operation, variables, { identity, requestId: v7() });
    report(result.errors.map(({ extensions }) => String(extensions?.['code'])));
    if (signal.aborted) return;
    sink.next(answerOf(result));
    sink.complete();
  }
}
