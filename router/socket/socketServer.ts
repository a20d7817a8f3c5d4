import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { HttpServer } from '#platform/http/server.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { clientOf } from '../usage/client.ts';
import type { Admission } from './admission.ts';
import { serveConnection, type ConnectionOptions, type ConnectionOrigin } from './connection.ts';
import { createTurnEnd } from './frameWriter.ts';
import { closeCodes, SUBPROTOCOL } from './protocol.ts';

export interface SocketServerOptions extends Omit<ConnectionOptions, 'atTurnEnd'> {
  readonly http: HttpServer;
  readonly path: string;
  readonly admission: Admission;
  readonly maxPayloadBytes: number;
  readonly pingIntervalMs: number;
  readonly metrics: Metrics;
}

/** How long clients get for the close handshake when the server stops. */
const CLOSE_LIMIT_MS = 1_000;

/** Codes that are counted each by itself: ours, and usual ends. A client may choose among thousands of others. */
const countedCodes: ReadonlySet<number> = new Set([...Object.values(closeCodes), 1000, 1005, 1006, 1009]);

/** Takes WebSocket upgrades on the HTTP server's own port. */
export function createSocketServer(options: SocketServerOptions): Part {
  const { http, path, admission, pingIntervalMs, metrics, logger } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxPayloadBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  const refused = metrics.counter('switchboard_router_sockets_refused_total', 'WebSocket upgrades refused', ['reason']);
  const closed = metrics.counter('switchboard_router_sockets_closed_total', 'WebSockets closed, by close code', [
    'code',
  ]);
  metrics.gauge('switchboard_router_sockets', 'Open WebSockets', [], (gauge) => gauge.set(server.clients.size));
  const atTurnEnd = createTurnEnd();
  const answered = new WeakSet<WebSocket>();
  let pinging: NodeJS.Timeout | undefined;
  let stopping = false;

  function refuse(stream: Duplex, status: string, reason: string): void {
    refused.inc({ reason });
    stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\nretry-after: 5\r\n\r\n`);
  }

  async function onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    stream.on('error', (error) => logger.debug({ err: error }, 'a socket broke during its upgrade'));
    if (request.url?.split('?')[0] !== path) return refuse(stream, '404 Not Found', 'path');
    if (stopping) return refuse(stream, '503 Service Unavailable', 'stopping');
    const address = http.addressOf(request);
    const visit = await admission.enter(address);
    if (visit === 'router') return refuse(stream, '503 Service Unavailable', 'limit');
    if (typeof visit === 'string') return refuse(stream, '429 Too Many Requests', visit);
    // Also when it breaks before it is a socket.
    stream.once('close', visit.leave);
    if (stream.destroyed) return visit.leave();
    if (stopping) return refuse(stream, '503 Service Unavailable', 'stopping');
    server.handleUpgrade(request, stream, head, (socket) => {
      const { headers } = request;
      const client = clientOf((name) => headers[name]);
      onConnection(socket, { origin: headers.origin, address, client, visit, stream });
    });
  }

  function onConnection(socket: WebSocket, from: ConnectionOrigin): void {
    answered.add(socket);
    socket.on('pong', () => answered.add(socket));
    socket.on('error', (error) => logger.debug({ err: error }, 'a socket broke'));
    socket.on('close', (code) => closed.inc({ code: countedCodes.has(code) ? String(code) : 'other' }));
    if (socket.protocol === SUBPROTOCOL) serveConnection(socket, from, { ...options, atTurnEnd });
    else socket.close(closeCodes.subprotocolNotAcceptable, 'Subprotocol not acceptable');
  }

  /** A laptop that slept, a network that went: nobody closes such a socket but us. */
  function ping(): void {
    for (const socket of server.clients) {
      if (answered.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }

  http.app.server.on('upgrade', (request, stream, head) => void onUpgrade(request, stream, head));

  return {
    name: 'sockets',
    async start() {
      stopping = false;
      // Timers come before what was received meanwhile, and immediates after it: also answers that this process was too busy to read.
      pinging = setInterval(() => setImmediate(ping), pingIntervalMs);
    },
    async stop() {
      stopping = true;
      clearInterval(pinging);
      const cut = setTimeout(() => server.clients.forEach((socket) => socket.terminate()), CLOSE_LIMIT_MS);
      await Promise.all(
        [...server.clients].map(
          (socket) =>
            new Promise<void>((resolve) => {
              socket.once('close', () => resolve());
              socket.close(closeCodes.goingAway, 'The server goes away: connect again');
            }),
        ),
      );
      clearTimeout(cut);
    },
  };
}
