import { validateHeaderValue } from 'node:http';
import type { Check } from '#platform/lifecycle/part.ts';
import { SubgraphError } from './errors.ts';
import type { Patience } from './lines/exchange.ts';
import { createLines } from './lines/lines.ts';

export interface SubgraphLimits {
  /** For one fetch, from asking for a connection to the last byte, with all that is repeated. */
  readonly timeoutMs: number;
  readonly connections: number;
  readonly maxResponseBytes: number;
}

/** A subgraph's server. */
export interface SubgraphHttp {
  /**
   * @param headers Beside those that say that both bodies are JSON.
   * @returns the answer's body.
   * @throws SubgraphError for an answer that is none, and what `Lines` throws when there was no answer.
   */
  post(body: string, headers: Readonly<Record<string, string>>, patience: Patience): Promise<string>;
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
  const lines = createLines({
    url: base,
    connections: limits.connections,
    maxReplyBytes: limits.maxResponseBytes,
    connectTimeoutMs: Math.min(limits.timeoutMs, 2_000),
  });
  const everyHead = `host: ${base.host}\r\nconnection: keep-alive\r\n`;
  const postHead = `POST ${prefix}/graphql HTTP/1.1\r\n${everyHead}content-type: application/json\r\naccept: application/json\r\n`;
  const checkRequest = `GET ${prefix}/health/ready HTTP/1.1\r\n${everyHead}\r\n`;

  return {
    async post(body, headers, patience) {
      const bytes = Buffer.byteLength(body);
      const head = `${postHead}${fieldsOf(headers)}content-length: ${String(bytes)}\r\n\r\n`;
      // Bodies are mostly plain ASCII, of which every character is a byte.
      const request =
        bytes === body.length ? head + body : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
      const { status, text } = await lines.exchange(request, patience);
      if (status === 401) throw SubgraphError.refusedIdentity(name);
      if (status >= 500) throw SubgraphError.answered(name, status);
      return text;
    },
    async check() {
      const { status } = await lines.exchange(checkRequest, { ms: CHECK_LIMIT_MS });
      if (status !== 200) throw SubgraphError.answered(name, status);
    },
    close: async () => lines.close(),
  };
}

/** @throws TypeError for a value that no header may have: a line end would begin another header, or another request. */
function fieldsOf(headers: Readonly<Record<string, string>>): string {
  let fields = '';
  for (const name in headers) {
    const value = headers[name] ?? '';
    validateHeaderValue(name, value);
    fields += `${name}: ${value}\r\n`;
  }
  return fields;
}
