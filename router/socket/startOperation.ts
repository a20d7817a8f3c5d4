import { getOperationAST, type GraphQLError } from 'graphql';
import { v7 } from 'uuid';
import type { Logger } from '#platform/logging/logger.ts';
import { presentError } from '../graph/errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Limit } from '#schema/visibility.ts';
import { answerOf, type Executor } from '../execution/executor.ts';
import type { AgentLimits } from '../live/agentLimits.ts';
import { ANSWER_FIELD, type AnswerSubscriptions } from '../live/answers/answerSubscriptions.ts';
import { COUNTS_FIELD, type CountsSubscriptions } from '../live/counts/countsSubscriptions.ts';
import { createLastingOperations } from '../live/lastingOperations.ts';
import { readLiveOperation } from '../live/liveOperation.ts';
import type { LiveSubscriptions } from '../live/liveSubscriptions.ts';
import type { SignalSubscriptions } from '../live/signalSubscriptions.ts';
import { readSubscription, type Subscription } from '../live/subscription.ts';
import { checkCost } from '../operations/checkCost.ts';
import { checkAccess } from '../operations/access.ts';
import type { RequestLimits } from '../operations/requestLimits.ts';
import type { UsageReporter } from '../usage/usageReporter.ts';
import type { LimitVisitor } from '../operations/visitorLimit.ts';
import type { RegisteredOperations } from '../partners/registeredOperations.ts';
import { sha256 } from '../operations/documents.ts';
import { OperationError } from '../operations/errors.ts';
import {
  namedHash,
  operationRequestSchema,
  type OperationRequest,
  type PersistedOperations,
} from '../operations/persisted.ts';
import type { Variables } from '../operations/variables.ts';
import type { Asker, OperationSink, StartOperation } from './connection.ts';

/** A subscription as it is asked for. */
interface Asked {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly variables: Variables;
  readonly asker: Asker;
}

/** Runs what comes in over a socket, or for a stream of events: subscriptions live, queries and mutations once. */
export function createStartOperation(options: {
  readonly graph: Graph;
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
  readonly answers: AnswerSubscriptions;
  readonly limits: AgentLimits;
  /** Of an operation; for a subscription, of one event. */
  readonly maxCost: number;
  readonly logger: Logger;
}): StartOperation {
  const {
    graph,
    persisted,
    registered,
    executor,
    limitVisitor,
    requestLimits,
    usage,
    live,
    signals,
    counts,
    answers,
    limits,
    logger,
  } = options;

  const lasting = createLastingOperations(graph);

  /** The text that a request means. One that comes with its hash is kept under it, once it is known to be valid. */
  async function textOf(request: OperationRequest): Promise<string> {
    const { query } = request;
    const hash = namedHash(request);
    if (!query) return kept(hash);
    if (hash === undefined) return query;
    if (hash !== sha256(query)) throw OperationError.wrongHash();
    graph.version.documents.read(query);
    await persisted.set(hash, query);
    return query;
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

  return (payload, asker, sink) => {
    const ending = new AbortController();
    const executed = run(payload, asker, sink, ending.signal).catch((error: unknown) => {
      if (!ending.signal.aborted) sink.error(presented(error));
    });
    return { end: () => ending.abort(), executed };
  };

  /** Lasts until the signal aborts, until it fails, or until the graph has no such subscription any more. */
  async function subscribe(asked: Asked, sink: OperationSink, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const error = (errors: readonly GraphQLError[]) => {
      if (ended.aborted) return;
      over.abort();
      sink.error(errors);
    };
    const complete = () => {
      if (ended.aborted) return;
      over.abort();
      sink.complete();
    };
    const { variables, asker } = asked;
    const { identity } = asker;
    let wasPersonal = true;
    const followed = lasting.follow(asked, {
      accepts(operation) {
        readSubscription(operation, variables, identity);
        // Others get its answers, and may not from now on.
        if (!wasPersonal && operation.isPersonal(variables)) throw OperationError.schemaChanged();
      },
      end: () => error([OperationError.schemaChanged()]),
    });
    ended.addEventListener('abort', () => followed.leave(), { once: true });
    try {
      const subscription = readSubscription(followed.operation, variables, identity);
      wasPersonal = followed.operation.isPersonal(variables);
      const end = beginUnlimited(subscription, { ...sink, error, complete });
      if (end) ended.addEventListener('abort', end, { once: true });
      else await watchAndBegin(subscription, asker.lastEventId, { ...sink, error, complete }, ended);
    } catch (failure) {
      // It has been told already why it is over.
      if (ended.aborted) return;
      over.abort();
      throw failure;
    }
  }

  /** Counts follow what their viewer may see, and documents are everybody's. */
  function beginUnlimited(subscription: Subscription, sink: OperationSink): (() => void) | undefined {
    if (subscription.field === COUNTS_FIELD) return counts.subscribe(subscription, sink);
    if (subscription.field === ANSWER_FIELD) return answers.subscribe(subscription, sink);
    return undefined;
  }

  /** Lasts until the signal aborts, or until the subscriber may see something else than now. */
  async function watchAndBegin(
    subscription: Subscription,
    lastCursor: string | undefined,
    sink: OperationSink,
    ended: AbortSignal,
  ): Promise<void> {
    const watched = await limits.watch(subscription.identity, () => sink.error([OperationError.viewChanged()]));
    const end = await begin(subscription, lastCursor, sink, watched.limit).catch((failure: unknown) => {
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

  async function begin(
    subscription: Subscription,
    lastCursor: string | undefined,
    sink: OperationSink,
    limit: Limit | null,
  ): Promise<() => void> {
    const momentary = signals.get(subscription.field);
    if (momentary) return momentary.subscribe(subscription, sink, limit);
    return live.subscribe(readLiveOperation(subscription, limit, lastCursor), sink);
  }

  async function run(payload: unknown, asker: Asker, sink: OperationSink, signal: AbortSignal): Promise<void> {
    const { identity, address, client } = asker;
    const { data: asked } = operationRequestSchema.safeParse(payload);
    if (!asked) throw OperationError.badRequest('This is no GraphQL request.');
    await requestLimits.begin(identity);
    const request = await registered.resolve(asked, identity);
    if (request === asked) persisted.check(request);
    const text = await textOf(request);
    const operationName = request.operationName ?? undefined;
    const variables = request.variables ?? {};
    // From here on everything is of this version.
    const { version } = graph;
    const source = { ...version.documents.read(text), operationName };
    const definition = getOperationAST(source.document, operationName);
    if (!definition) throw OperationError.unknownOperation();
    if (asker.readsOnly && definition.operation === 'mutation') throw OperationError.mutationByGet();
    checkAccess(source.document, definition, identity);
    checkCost(version, source, variables, options.maxCost);
    await limitVisitor(identity);
    const cost = () => version.costOf(source, variables);
    await requestLimits.spend(identity, cost);
    if (signal.aborted) return undefined;
    const startedAt = performance.now();
    const report = (errorCodes: readonly string[] = []) =>
      usage.report({
        identity,
        schema: version.snapshot.schema,
        document: source.document,
        operation: definition,
        cost,
        client,
        durationMs: performance.now() - startedAt,
        errorCodes,
      });
    if (definition.operation === 'subscription') {
      report();
      return subscribe({ text, operationName, variables, asker }, sink, signal);
    }
    const operation = version.prepare(source);
    const result = await executor.execute(operation, variables, {
      identity,
      requestId: v7(),
      clientAddress: address,
      mayShare: true,
      leaving: () => signal,
    });
    report(result.errors.map(({ extensions }) => String(extensions?.['code'])));
    if (signal.aborted) return undefined;
    sink.next(Buffer.from(answerOf(result)));
    return sink.complete();
  }
}
