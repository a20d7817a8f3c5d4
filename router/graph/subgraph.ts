import type { GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import { CLIENT_ADDRESS_HEADER } from '#platform/http/requestOrigin.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import type { Check } from '#platform/lifecycle/part.ts';
import { createCircuitBreaker } from '#platform/limits/circuitBreaker.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { injectTrace } from '#platform/tracing/tracing.ts';
import { isObject } from '../execution/merge.ts';
import type { RequestScope, Source, SubgraphAnswer, SubgraphOperation } from '../execution/source.ts';
import { createLane } from '#platform/lifecycle/lane.ts';
import { OperationError } from '../operations/errors.ts';
import { SubgraphError } from './errors.ts';
import type { Flights } from './flights.ts';
import { withRetries } from './retries.ts';
import { connectSubgraph, type SubgraphLimits } from './subgraphHttp.ts';

/** A subgraph with a server. */
export interface Subgraph extends Source {
  readonly name: string;
  /** The subgraph says that it is ready. */
  readonly check: Check;
  close(): Promise<void>;
}

const answerSchema = z.looseObject({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.looseObject({ message: z.string() })).optional(),
});

/** Of the connections: those that live views may have. The others are for those who ask, and wait for an answer. */
const LIVE_SHARE = 0.5;
/** People wait: a subgraph that is back is found out soon, and one that stays away costs a try every ten seconds. */
const PAUSES = { firstPauseMs: 1_000, longestPauseMs: 10_000 };

/**
 * A subgraph behind HTTP. What only reads is repeated when the subgraph could not be reached, and shared by those who ask the
 * same at once; a mutation never is. A subgraph in trouble is left alone for a while. Whatever goes wrong is thrown as a
 * SubgraphError, so that the rest of the operation goes on.
 *
 * @param options.url base address of the service: `/graphql` and `/health/ready` stand below it.
 */
export function createSubgraph(options: {
  readonly name: string;
  readonly url: string;
  readonly limits: SubgraphLimits;
  readonly signIdentity: (identity: Identity) => Promise<string>;
  readonly flights: Flights;
  readonly metrics: Metrics;
}): Subgraph {
  const { name, limits, signIdentity, flights, metrics } = options;
  const http = connectSubgraph(name, options.url, limits);
  const breaker = createCircuitBreaker(PAUSES);
  const liveFetches = createLane(Math.max(1, Math.floor(limits.connections * LIVE_SHARE)));
  const seconds = metrics.histogram('switchboard_router_subgraph_seconds', 'Time of a fetch from a subgraph', [
    'subgraph',
    'outcome',
  ]);
  const retries = metrics.counter('switchboard_router_subgraph_retries_total', 'Fetches that were tried again', [
    'subgraph',
  ]);
  const refused = metrics.counter(
    'switchboard_router_subgraph_refused_total',
    'Fetches that were not made because the subgraph is in trouble',
    ['subgraph'],
  );

  const shared = metrics.counter(
    'switchboard_router_subgraph_shared_total',
    'Fetches that were answered by an equal one under way',
    ['subgraph'],
  );

  /** Asks, unless the subgraph is in trouble, and remembers how that went. */
  async function request(
    { kind, limitMs = 0 }: SubgraphOperation,
    body: string,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ) {
    const waitMs = breaker.enter(name);
    if (waitMs > 0) {
      refused.inc({ subgraph: name });
      throw SubgraphError.leftAlone(name, waitMs);
    }
    const timeoutMs = Math.max(limits.timeoutMs, limitMs);
    const attempt = (ms: number) => http.post(body, headers, { ms, signal });
    try {
      const text =
        kind === 'mutation'
          ? await attempt(timeoutMs)
          : await withRetries(attempt, { limitMs: timeoutMs, onRetry: () => retries.inc({ subgraph: name }) });
      breaker.succeeded(name);
      return text;
    } catch (error) {
      // Who leaves says nothing about it.
      if (signal?.aborted || (error instanceof SubgraphError && error.isAnswer)) breaker.succeeded(name);
      else breaker.failed(name);
      throw error;
    }
  }

  async function fetchText(operation: SubgraphOperation, variables: string, scope: RequestScope) {
    const { kind, bodyHead } = operation;
    const { identity, requestId, clientAddress, signal } = scope;
    if (!identity) throw OperationError.unauthenticated();
    const { companyId } = identity;
    const signed = await signIdentity(identity);
    const headers: Record<string, string> = {
      'x-request-id': requestId,
      [IDENTITY_HEADER]: signed,
      ...(clientAddress !== undefined && { [CLIENT_ADDRESS_HEADER]: clientAddress }),
    };
    injectTrace(headers);
    const body = `${bodyHead}${variables}}`;
    if (kind === 'mutation') {
      try {
        return await request(operation, body, headers, signal);
      } finally {
        // Also when it failed: what was given up may have been done all the same.
        flights.wrote(companyId);
      }
    }
    if (scope.mayShare !== true) return request(operation, body, headers, signal);
    const what = `${name} ${clientAddress ?? ''} ${body}`;
    const onJoin = () => shared.inc({ subgraph: name });
    return flights.share({ companyId, who: signed, what, onJoin, signal }, (left) =>
      request(operation, body, headers, left),
    );
  }

  function inTurn(work: () => Promise<string>, { event }: RequestScope): Promise<string> {
    return event === undefined ? work() : liveFetches.take(work);
  }

  return {
    name,
    async fetch(operation, variables, scope) {
      const begun = performance.now();
      const end = (outcome: 'ok' | 'errors' | 'left' | 'failed') =>
        seconds.observe({ subgraph: name, outcome }, (performance.now() - begun) / 1_000);
      try {
        // Each parses for itself what it shares, so that the answer is its own.
        const answer = readAnswer(name, await inTurn(() => fetchText(operation, variables, scope), scope));
        end(answer.errors.length > 0 ? 'errors' : 'ok');
        return answer;
      } catch (error) {
        const isLeft = scope.signal?.aborted === true;
        end(isLeft ? 'left' : 'failed');
        if (isLeft) throw SubgraphError.abandoned(name);
        throw error instanceof SubgraphError || error instanceof OperationError
          ? error
          : SubgraphError.unreachable(name, error);
      }
    },
    check: http.check,
    close: () => http.close(),
  };
}

function readAnswer(subgraph: string, text: string): SubgraphAnswer {
  const json = parseJson(subgraph, text);
  // Most are plainly answers, and there are ten thousands of them a second.
  const plain = isObject(json) && json['errors'] === undefined ? json['data'] : undefined;
  if (isObject(plain)) return { data: plain, errors: [] };
  const parsed = answerSchema.safeParse(json);
  if (!parsed.success) throw SubgraphError.notAnAnswer(subgraph, parsed.error);
  return { data: parsed.data.data ?? null, errors: (parsed.data.errors ?? []) as GraphQLFormattedError[] };
}

function parseJson(subgraph: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw SubgraphError.notAnAnswer(subgraph, error);
  }
}
