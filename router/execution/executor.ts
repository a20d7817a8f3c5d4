import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { presentError } from '../graph/errors.ts';
import type { Flights } from '../graph/flights.ts';
import type { Graph } from '../graph/graph.ts';
import { coerceVariables, type Variables } from '../operations/variables.ts';
import { createDeferral } from './deferred/deferral.ts';
import { laterParts, type LaterParts } from './deferred/laterParts.ts';
import { isObject, type Data } from './merge.ts';
import type { DeferringRun, OperationSource, PermittedOperation, PreparedOperation } from './prepareOperation.ts';
import type { Problem } from './problems.ts';
import type { Run } from './run.ts';
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
  flights,
  logger,
  metrics,
}: {
  readonly graph: Pick<Graph, 'version'>;
  readonly flights: Flights;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Executor {
  const shared = metrics.counter(
    'switchboard_router_operations_shared_total',
    'Operations that were answered by an equal one under way',
  );
  const onJoin = () => shared.inc();
  /** One text may be prepared in two versions of the graph at a time. */
  const numbers = new WeakMap<PreparedOperation, number>();
  let lastNumber = 0;

  function numberOf(prepared: PreparedOperation): number {
    let number = numbers.get(prepared);
    if (number === undefined) numbers.set(prepared, (number = lastNumber += 1));
    return number;
  }

  return {
    prepare: (source) => graph.version.prepare(source),

    async execute(prepared, variables, scope) {
      // Taken at once: what a subscription has prepared becomes another when the graph does.
      const { schema, operation, permittedTo, introspect, endsWithAsker } = prepared;
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
      const leaving = endsWithAsker ? scope.leaving?.() : undefined;
      const start = (signal: AbortSignal | undefined): Started => ({
        data: introspect(coerced),
        variables,
        coerced,
        scope: signal ? { ...scope, signal } : scope,
        entities: operation.operation === 'mutation' ? undefined : new Map(),
        sharing: { anywhere: false, objects: new Set(), found: new Map() },
      });
      if (parts) return executeParts(parts, start(leaving));
      const written = await shareable(prepared, { variables, scope, leaving }, (signal) =>
        runWhole(permitted, start(signal)),
      );
      return { data: written.data, errors: presentAll(written.problems, scope) };
    },
  };

  /** Equal queries of one person at one moment are one; see {@link Flights} for whom they are not. */
  async function shareable(
    prepared: PreparedOperation,
    asked: { readonly variables: Variables; readonly scope: RequestScope; readonly leaving: AbortSignal | undefined },
    begin: (signal: AbortSignal | undefined) => Promise<Written>,
  ): Promise<Written> {
    const { variables, scope, leaving: signal } = asked;
    const { identity, clientAddress = '', mayShare } = scope;
    if (!mayShare || !identity || prepared.operation.operation !== 'query') return begin(signal);
    const who = `${clientAddress} ${JSON.stringify(identity)}`;
    const what = `${numberOf(prepared)} ${JSON.stringify(variables)}`;
    return flights.share({ companyId: identity.companyId, who, what, onJoin, signal }, begin);
  }

  async function executeParts({ run, write, partOf }: DeferringRun, started: Started): Promise<OperationResult> {
    const { data, scope, sharing } = started;
    const problems: Problem[] = [];
    const deferral = createDeferral((part) => ({ ...started, ...part }));
    await run({ ...started, problems, deferral });
    const first = write(data, problems, { shared: sharing.objects });
    const result = { data: first, errors: presentAll(problems, scope) };
    // What is deferred may stand under a condition that does not hold.
    if (!deferral.hasParts()) return result;
    const later = incrementsOf(laterParts(deferral, { first, data, partOf }), scope);
    scope.takeLater?.(Object.assign(later, { leave: () => deferral.leave() }));
    return { ...result, hasNext: true };
  }

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

type Started = Omit<Run, 'problems'>;

interface Written {
  /** As JSON text. */
  readonly data: string;
  readonly problems: readonly Problem[];
}

async function runWhole(operation: PermittedOperation, started: Started): Promise<Written> {
  const problems: Problem[] = [];
  await operation.run({ ...started, problems });
  const write = operation.writer(started.coerced);
  return { data: write(started.data, problems, { shared: started.sharing.objects }), problems };
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
