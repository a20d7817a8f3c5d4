import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { bodyOf, createLocalServer, parsedJson, type LocalServer } from '../localServer.ts';
import { badParameter, failed, type Answer, type GraphErrorBody } from './answers.ts';
import { answerCall } from './routes.ts';
import type { SentMessage } from './sentMessages.ts';
import type { GraphCall, GraphWorld } from './world.ts';

/** What goes wrong with the next messages. */
export type Fault =
  /** Refused in Graph's own form, and not sent. */
  | ({ readonly kind: 'refuse'; readonly status: number; readonly headers?: Record<string, string> } & GraphErrorBody)
  /** Answered by a proxy in front of the API, and not sent. */
  | { readonly kind: 'proxy'; readonly status: number }
  /** Sent and told of by webhook, but the connection breaks before the answer. */
  | { readonly kind: 'drop' }
  /** Sent, and nobody ever says so. */
  | { readonly kind: 'dropSilently' }
  /** Sent and answered after a while. */
  | { readonly kind: 'delay'; readonly ms: number };

interface GraphServerOptions {
  readonly host: string;
  readonly port: number;
  readonly world: Omit<GraphWorld, 'mediaUrl'>;
  readonly sent: readonly SentMessage[];
  /** What goes wrong, one for each message. */
  readonly faults: Fault[];
}

export function createGraphServer({ host, port, world, sent, faults }: GraphServerOptions): LocalServer {
  const server = createLocalServer({ name: 'Graph stand-in', host, port, answer });
  const mediaUrl = (id: string) => `${server.url()}/cdn/media/${id}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (request.method === 'GET' && url.pathname === '/sent') return respond(response, { status: 200, body: { sent } });
    if (request.method === 'GET' && url.pathname.startsWith('/cdn/')) return handOut(url.pathname, token, response);
    const text = await bodyOf(request);
    if (text === undefined) return respond(response, failed(413, { message: 'Request Entity Too Large', code: 1 }));
    const [, id, edge] = /^\/v\d+\.\d+\/([^/]+)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (id === undefined) return respond(response, badParameter('Unknown path: the version of the API comes first'));
    return answerGraph(request, response, {
      method: request.method ?? '',
      id: decodeURIComponent(id),
      edge,
      query: url.searchParams,
      token,
      body: parsedJson(text),
    });
  }

  async function answerGraph(request: IncomingMessage, response: ServerResponse, call: GraphCall): Promise<void> {
    const fault = isMessage(call) ? faults.shift() : undefined;
    if (fault?.kind === 'refuse') {
      return respond(response, { ...failed(fault.status, fault), headers: fault.headers ?? {} });
    }
    if (fault?.kind === 'proxy') {
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html>nginx</html>');
      return undefined;
    }
    const isSilent = fault?.kind === 'dropSilently';
    const answered = answerCall(call, { ...world, mediaUrl, ...(isSilent && { tellOf: () => undefined }) });
    if (isSilent || fault?.kind === 'drop') {
      request.socket.destroy();
      return undefined;
    }
    if (fault?.kind === 'delay') await delay(fault.ms);
    return respond(response, answered);
  }

  function handOut(path: string, token: string | undefined, response: ServerResponse): void {
    const [, kind, id = ''] = /^\/cdn\/(media|files)\/([^/]+)/.exec(path) ?? [];
    const file = world.files.find(id);
    // WhatsApp's files are for those who have a token; the other addresses are secrets themselves.
    const isAllowed = kind === 'files' || (token !== undefined && world.accounts.isGood(token));
    if (!file || !isAllowed) {
      response.writeHead(file ? 401 : 404).end();
      return;
    }
    response.writeHead(200, { 'content-type': file.mimeType, 'content-length': file.bytes.length }).end(file.bytes);
  }

  return server;
}

/** Not what is only shown: typing, seen. */
function isMessage({ edge, body }: GraphCall): boolean {
  return edge === 'messages' && typeof body === 'object' && body !== null && ('message' in body || 'type' in body);
}

function respond(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
