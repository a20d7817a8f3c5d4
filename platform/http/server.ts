import type { IncomingMessage, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { isNativeError } from 'node:util/types';
import { LogController, fastify } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import type { Check, Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { handleError, handleNotFound } from './errorHandler.ts';
import { HttpServerError } from './errors.ts';
import { observeRequests } from './observeRequests.ts';
import { createDrain } from './drain.ts';
import { createReadiness, stoppingReadiness } from './readiness.ts';

/** Together with the cut below a second less than what a part has for stopping. */
const DRAIN_MS = 4_000;
/** A body of a megabyte over a bad line takes seconds; who needs longer is holding the socket for its own sake. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the 60 s after which usual load balancers drop idle connections: the one who sends must drop first. */
const KEEP_ALIVE_MS = 65_000;
/** Twice the live sockets that one router process is built for; beyond it connections are refused instead of memory eaten. */
const MAX_CONNECTIONS = 20_000;

export interface HttpServer extends Part {
  /** For mounting routes, before the start. */
  readonly app: FastifyInstance;
  /** Answers a request that another server of this process took, once this one has started. */
  readonly handle: RequestListener;
  /** Where a client is, also one whose connection is being upgraded: as its proxy says, where proxies are believed. */
  addressOf(request: IncomingMessage): string;
  /** Where it can be reached from this machine, with the real port; throws before the start. */
  url(): string;
  /** Stopped first of a service, it lets load balancers know before anything is refused. */
  readonly announcement: Part;
}

export interface HttpServerOptions {
  readonly name: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What has to answer before `/health/ready` says so; asked again on every run. */
  readonly checks: () => Readonly<Record<string, Check>>;
  /** @default 1_048_576 // 1 MiB */
  readonly bodyLimit?: number | undefined;
  /** Believe `X-Forwarded-*`: only behind a proxy that sets them. @default false */
  readonly trustProxy?: boolean | undefined;
  /** How long the announcement of a stop lasts, in which the server is not ready and answers as ever. @default 0 */
  readonly noticeMs?: number | undefined;
}

/**
 * An HTTP server with what every service has: `/health/live`, `/health/ready`, `/metrics`, request ids, a log line and a span
 * per request, errors as JSON. Stopping ends idle connections at once, answers new requests with 503 and gives those under way
 * 4 seconds.
 * `start` throws an {@link HttpServerError} when the address cannot be had.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { name, host, port, metrics, bodyLimit = 1_048_576, trustProxy = false, noticeMs = 0 } = options;
  const logger: FastifyBaseLogger = options.logger;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestId,
    bodyLimit,
    trustProxy,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    frameworkErrors: handleError,
  });
  app.server.maxConnections = MAX_CONNECTIONS;

  const sockets = new Set<Socket>();
  app.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  let address: string | undefined;
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  observeRequests(app, metrics);
  const drain = createDrain(app, noticeMs);

  const readiness = createReadiness(options.checks, options.logger);
  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const result = drain.hasBegun ? stoppingReadiness : await readiness();
    return reply.code(result.status === 'ready' ? 200 : 503).send(result);
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));

  return {
    name,
    app,
    handle: (request, response) => app.routing(request, response),
    addressOf({ headers, socket }) {
      const forwarded = trustProxy
        ? String(headers['x-forwarded-for'] ?? '')
            .split(',')[0]
            ?.trim()
        : undefined;
      return forwarded || (socket.remoteAddress ?? '');
    },
    url() {
      if (address === undefined) throw HttpServerError.notStarted(name);
      return address;
    },
    async start() {
      try {
        await app.listen({ host, port });
      } catch (error) {
        throw explained(error, options);
      }
      address = `http://${reachable(host)}:${boundPort(app)}`;
    },
    async stop() {
      // Every socket, also those that were upgraded and that Node no longer counts as connections of this server.
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), DRAIN_MS);
      try {
        await drain.finish(DRAIN_MS);
        await app.close();
      } finally {
        clearTimeout(cut);
      }
    },
    announcement: { name: 'announcement', start: async () => undefined, stop: () => drain.announce() },
  };
}

/** The caller's own id when it is harmless to log and to send on, else a new one. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : uuidv7();
}

function boundPort(app: FastifyInstance): number {
  const bound = app.server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

/** An address that a client can connect to: the wildcards only mean something to a server. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function explained(error: unknown, { name, host, port }: HttpServerOptions): unknown {
  const code = isNativeError(error) && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return HttpServerError.portTaken(name, host, port, error);
  if (code === 'EACCES') return HttpServerError.portForbidden(name, host, port, error);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return HttpServerError.hostUnknown(name, host, error);
  return error;
}
