import type { GraphQLFormattedError } from 'graphql';
import { Pool } from 'undici';
import { z } from 'zod';
import { CLIENT_ADDRESS_HEADER } from '#platform/http/requestOrigin.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import type { Check } from '#platform/lifecycle/part.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { injectTrace } from '#platform/tracing/tracing.ts';
import type { RequestScope, Source, SubgraphAnswer, SubgraphOperation } from '../execution/source.ts';
import { OperationError } from '../operations/errors.ts';
import { SubgraphError } from './errors.ts';

/** A subgraph with a server. */
export interface Subgraph extends Source {
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
    { kind, bodyHead }: SubgraphOperation,
    variables: string,
    { identity, requestId, clientAddress }: RequestScope,
  ): Promise<SubgraphAnswer> {
    if (!identity) throw OperationError.unauthenticated();
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-request-id': requestId,
      [IDENTITY_HEADER]: await signIdentity(identity),
      ...(clientAddress !== undefined && { [CLIENT_ADDRESS_HEADER]: clientAddress }),
    };
    injectTrace(headers);
    const body = `${bodyHead}${variables}}`;
    let answer: unknown;
    try {
      answer = await fetchOnce(body, headers);
    } catch (error) {
      if (kind === 'mutation' || !stale.has(codeOf(error))) throw error;
      answer = await fetchOnce(body, headers);
    }
    const parsed = answerSchema.safeParse(answer);
    if (!parsed.success) throw SubgraphError.notAnAnswer(name, parsed.error);
    return { data: parsed.data.data ?? null, errors: (parsed.data.errors ?? []) as GraphQLFormattedError[] };
  }

  return {
    name,
    async fetch(operation, variables, scope) {
      const end = seconds.startTimer({ subgraph: name });
      try {
        const answer = await fetchAnswer(operation, variables, scope);
        end({ outcome: answer.errors.length > 0 ? 'errors' : 'ok' });
        return answer;
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
