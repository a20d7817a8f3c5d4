import { Pool } from 'undici';
import type { Check } from '#platform/lifecycle/part.ts';
import { SubgraphError } from './errors.ts';
import { TextReply, type ReceivedText } from './textReply.ts';

export interface SubgraphLimits {
  /** For one fetch, from asking for a connection to the last byte, with all that is repeated. */
  readonly timeoutMs: number;
  readonly connections: number;
  readonly maxResponseBytes: number;
}

/** A subgraph's server. */
export interface SubgraphHttp {
  /**
   * @param limits how long for the answer to be there, and whether anybody still waits for it.
   * @returns the answer's body.
   * @throws SubgraphError for an answer that is none, and whatever undici throws when there was no answer.
   */
  post(
    body: string,
    headers: Record<string, string>,
    limits: { readonly ms: number; readonly signal?: AbortSignal | undefined },
  ): Promise<string>;
  /** The server says that it is ready. */
  readonly check: Check;
  close(): Promise<void>;
}

/** A check that nobody waits for any more must not keep its connection. */
const CHECK_LIMIT_MS = 1_500;

/** @param url base address of the service: `/graphql` and `/health/ready` stand below it. */
export function connectSubgraph(name: string, url: string, limits: SubgraphLimits): SubgraphHttp {
  const base = new URL(url);
  const prefix = base.pathname.replace(/\/$/, '');
  const path = `${prefix}/graphql`;
  const pool = new Pool(base.origin, {
    connections: limits.connections,
    maxResponseSize: limits.maxResponseBytes,
    connectTimeout: Math.min(limits.timeoutMs, 2_000),
  });

  return {
    async post(body, headers, limits) {
      const { status, text } = await new Promise<ReceivedText>((resolve, reject) => {
        pool.dispatch({ method: 'POST', path, headers, body }, new TextReply(limits, resolve, reject));
      });
      if (status === 401) throw SubgraphError.refusedIdentity(name);
      if (status >= 500) throw SubgraphError.answered(name, status);
      return text;
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
