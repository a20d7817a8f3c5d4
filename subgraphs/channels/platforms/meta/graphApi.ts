import { createHmac } from 'node:crypto';
import type { Agent } from 'undici';
import type { Part } from '#platform/lifecycle/part.ts';
import { platformConnections, sendRequest, type Exchange, type PlatformRequest } from '../http/sendRequest.ts';
import { graphErrorBody, type GraphError } from './graphError.ts';
import { usageWaitMs } from './usage.ts';

export interface GraphOptions {
  /** `https://graph.facebook.com`, `https://graph.instagram.com` or a stand-in. */
  readonly apiUrl: string;
  /** Such as `v26.0`. */
  readonly version: string;
  /** Of the app that the tokens are for; proves with every call that a token was not stolen. */
  readonly appSecret?: string | undefined;
}

export interface GraphRequest extends Pick<PlatformRequest, 'method' | 'body'> {
  /** Below the version: `/me/messages`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** Graph said no, in its own form. */
export interface GraphFailure {
  readonly kind: 'failed';
  readonly status: number;
  readonly error: GraphError;
  /** How long the headers say that a limit holds. */
  readonly waitMs: number | undefined;
}

export interface GraphApi extends Part {
  /** Never rejects; limited as {@link sendRequest} is. */
  call(token: string, request: GraphRequest): Promise<Exchange | GraphFailure>;
}

/** A client of Meta's Graph API. The token goes in a header, since addresses end up in logs. */
export function createGraphApi({ apiUrl, version, appSecret }: GraphOptions): GraphApi {
  let connections: Agent | undefined;

  return {
    name: `Graph API at ${apiUrl}`,
    async call(token, { method, path, query, body }) {
      if (!connections) return { kind: 'unreachable', reason: 'the client of the Graph API is not running' };
      const url = new URL(`${apiUrl}/${version}${path}`);
      for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
      if (appSecret !== undefined) url.searchParams.set('appsecret_proof', appSecretProof(token, appSecret));
      const headers = { authorization: `Bearer ${token}` };
      const exchange = await sendRequest(connections, { method, url: url.href, headers, body });
      const failed = exchange.kind === 'answered' ? graphErrorBody.safeParse(exchange.body) : undefined;
      if (exchange.kind !== 'answered' || !failed?.success) return exchange;
      const waitMs = usageWaitMs(exchange.headers);
      return { kind: 'failed', status: exchange.status, error: withoutToken(failed.data.error, token), waitMs };
    },
    async start() {
      connections = platformConnections();
    },
    async stop() {
      const stopping = connections;
      connections = undefined;
      await stopping?.close();
    },
  };
}

/** https://developers.facebook.com/docs/graph-api/guides/secure-requests: no secret itself, so it may stand in an address. */
function appSecretProof(token: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(token).digest('hex');
}

/** Of a token that it cannot read Graph says which: what it says is kept and shown. */
function withoutToken(error: GraphError, token: string): GraphError {
  return { ...error, message: error.message?.replaceAll(token, '…') };
}
