import type { GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLFormattedError } from 'graphql';
import { Pool } from 'undici';
import { z } from 'zod';
import { CLIENT_ADDRESS_HEADER } from '#platform/http/requestOrigin.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import type { Check } from '#platform/lifecycle/part.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { injectTrace } from '#platform/tracing/tracing.ts';
import { OperationError } from '../operations/errors.ts';
import { SubgraphError } from './errors.ts';

/** For whom and as part of which request something is executed. */
export interface RequestScope {
  /** Undefined only for introspection, which no subgraph is asked for. */
  readonly identity: Identity | undefined;
  readonly requestId: string;
  /** Where the client is, as far as it is known. */
  readonly clientAddress?: string | undefined;
  /** For a subscription: the value of its root field, by the field's name. */
  readonly event?: Readonly<Record<string, unknown>>;
}

/** Where the planner's fetches go. */
export interface Subgraph extends GraphQLDataSource<Record<string, unknown>> {
  readonly name: string;
  /** The subgraph says that it is ready. */
  readonly check: Check;
  close(): Promise<void>;
}

export interface SubgraphLimits {
  /** For one fetch, from asking for a connection to the last byte. */
  readonly timeoutMs: number;
  readonly connections: number;
  readonly maxResponseBytes: number;
}

const answerSchema = z.looseObject({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.looseObject({ message: z.string() })).optional(),
});

/** A check that nobody waits for any more must not keep its connection. */
const CHECK_LIMIT_MS = 1_500;

/** The connection was gone before the subgraph could have begun: what only reads may be asked again. */
const stale = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/**
 * A subgraph behind HTTP. A fetch that only reads is repeated once when its connection turns out to be dead; a mutation
 * never is. Whatever goes wrong becomes a SubgraphError in the answer's errors, so that the rest of the operation goes on.
 *
 * @param options.url base address of the service: `/graphql` and `/health/ready` stand below it.
 */
export function createSubgraph(options: {
  readonly name: string;
  readonly url: string;
  readonly limits: SubgraphLimits;
  readonly signIdentity: (identity: Identity) => Promise<string>;
  readonly metrics: Metrics;
}): Subgraph {
  const { name, limits, signIdentity } = options;
  const base = new URL(options.url);
  const prefix = base.pathname.replace(/\/$/, '');
  const pool = new Pool(base.origin, {
    connections: limits.connections,
    maxResponseSize: limits.maxResponseBytes,
    connectTimeout: Math.min(limits.timeoutMs, 2_000),
  });
  const seconds = options.metrics.histogram('switchboard_router_subgraph_seconds', 'Time of a fetch from a subgraph', [
    'subgraph',
    'outcome',
  ]);

  async function fetchOnce(body: string, headers: Record<string, string>): Promise<unknown> {
    const response = await pool.request({
      method: 'POST',
      path: `${prefix}/graphql`,
      headers,
      body,
      signal: AbortSignal.timeout(limits.timeoutMs),
    });
    const text = await response.body.text();
    if (response.statusCode === 401) throw SubgraphError.refusedIdentity(name);
    if (response.statusCode >= 500) throw SubgraphError.answered(name, response.statusCode);
    return parseJson(text);
  }

  function parseJson(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw SubgraphError.notAnAnswer(name, error);
    }
  }

  async function fetchAnswer(
    query: string,
    variables: unknown,
    operationName: string | undefined,
    scope: RequestScope,
  ) {
    if (!scope.identity) throw OperationError.unauthenticated();
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-request-id': scope.requestId,
      [IDENTITY_HEADER]: await signIdentity(scope.identity),
      ...(scope.clientAddress !== undefined && { [CLIENT_ADDRESS_HEADER]: scope.clientAddress }),
    };
    injectTrace(headers);
    const body = JSON.stringify({ query, variables, operationName });
    let answer: unknown;
    try {
      answer = await fetchOnce(body, headers);
    } catch (error) {
      if (query.startsWith('mutation') || !stale.has(codeOf(error))) throw error;
      answer = await fetchOnce(body, headers);
    }
    const parsed = answerSchema.safeParse(answer);
    if (!parsed.success) throw SubgraphError.notAnAnswer(name, parsed.error);
    return { data: parsed.data.data ?? null, errors: parsed.data.errors };
  }

  return {
    name,
    async process({ request, context }) {
      const end = seconds.startTimer({ subgraph: name });
      try {
        const scope = context as unknown as RequestScope;
        const { data, errors } = await fetchAnswer(
          request.query ?? '',
          request.variables,
          request.operationName,
          scope,
        );
        end({ outcome: errors ? 'errors' : 'ok' });
        return { data, ...(errors && { errors: errors as GraphQLFormattedError[] }) };
      } catch (error) {
        end({ outcome: 'failed' });
        throw error instanceof SubgraphError || error instanceof OperationError
          ? error
          : SubgraphError.unreachable(name, error);
      }
    },
    async check() {
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path: `${prefix}/health/ready`,
        signal: AbortSignal.timeout(CHECK_LIMIT_MS),
      });
      await body.dump();
      if (statusCode !== 200) throw SubgraphError.answered(name, statusCode);
    },
    close: () => pool.destroy(),
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
