import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { refuse } from '../http/refuse.ts';
import { readOperation } from '../http/readRequest.ts';
import type { Authenticate, Caller } from '../operations/authenticate.ts';
import { OperationError } from '../operations/errors.ts';
import type { Admission } from '../socket/admission.ts';
import { MAX_TIMER_MS, type StartOperation } from '../socket/connection.ts';
import { clientOf } from '../usage/client.ts';
import { openEventStream } from './eventStream.ts';
import { EVENT_STREAM } from './prefersEventStream.ts';

export interface StreamServer extends Part {
  /** Answers an operation with a stream of events, or says by a status why not. */
  serve(this: void, request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

interface Admitted extends Caller {
  /** The operation is over. */
  readonly end: () => void;
}

/** How long clients get to take the end of their stream when the server stops. */
const END_LIMIT_MS = 1_000;

/** Operations over server-sent events: each is a request of its own. */
export function createStreamServer(options: {
  readonly authenticate: Authenticate;
  readonly start: StartOperation;
  readonly admission: Admission;
  readonly pingIntervalMs: number;
  readonly maxWaiting: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): StreamServer {
  const { authenticate, start, admission, pingIntervalMs, maxWaiting, logger, metrics } = options;
  const open = new Set<ServerResponse>();
  let stopping = false;
  metrics.gauge('switchboard_router_streams', 'Open streams of server-sent events', [], (gauge) =>
    gauge.set(open.size),
  );

  /** Lets a request in, for as long as its answer lasts. */
  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<Admitted> {
    if (stopping) throw OperationError.goingAway();
    const visit = await admission.enter(request.ip);
    if (typeof visit === 'string') throw OperationError.tooManyConnections(visit);
    reply.raw.once('close', visit.leave);
    if (reply.raw.destroyed) visit.leave();
    const caller = await authenticate(request.headers);
    if (!caller) throw OperationError.unauthenticated();
    const exhausted = await visit.identify(caller.identity);
    if (exhausted) throw OperationError.tooManyConnections(exhausted);
    if (!visit.hear()) throw OperationError.rateLimited(1);
    const end = visit.begin();
    if (!end) throw OperationError.tooManyOperations();
    return { ...caller, end };
  }

  function stream(request: FastifyRequest, reply: FastifyReply, { end, ...caller }: Admitted): void {
    reply.headers({
      'content-type': `${EVENT_STREAM}; charset=utf-8`,
      'cache-control': 'no-store',
      // Proxies that collect an answer before they pass it on would hold events back.
      'x-accel-buffering': 'no',
    });
    const response = reply.hijack().raw;
    response.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    open.add(response);
    const sink = openEventStream(response, { heartbeatMs: pingIntervalMs, maxWaiting });
    const { headers } = request;
    const lastEventId = headers['last-event-id'];
    const operation = start(
      readOperation(request),
      {
        identity: caller.identity,
        address: request.ip,
        client: clientOf((name) => headers[name]),
        readsOnly: request.method === 'GET',
        ...(typeof lastEventId === 'string' && lastEventId !== '' && { lastEventId }),
      },
      sink,
    );
    const signOut = (reason: string) => sink.error([OperationError.unauthenticated(reason)]);
    const expiry = setTimeout(
      () => signOut('The token has expired.'),
      Math.min(Math.max(0, caller.expiresAt.getTime() - Date.now()), MAX_TIMER_MS),
    );
    const unwatch = caller.watch(signOut);
    response.once('close', () => {
      clearTimeout(expiry);
      unwatch();
      open.delete(response);
      operation.end();
      void operation.executed.then(end);
    });
  }

  return {
    name: 'event streams',

    async serve(request, reply) {
      try {
        const caller = await admit(request, reply);
        if (reply.raw.destroyed) caller.end();
        else stream(request, reply, caller);
      } catch (error) {
        if (!(error instanceof OperationError)) throw error;
        refuse(reply, error, logger);
      }
    },

    async start() {
      stopping = false;
    },

    /** Without the event that says that all has been told: clients come again, and find another router. */
    async stop() {
      stopping = true;
      const cut = setTimeout(() => open.forEach((response) => response.destroy()), END_LIMIT_MS);
      await Promise.all(
        [...open].map(
          (response) =>
            new Promise<void>((resolve) => {
              response.once('close', () => resolve());
              response.end();
            }),
        ),
      );
      clearTimeout(cut);
    },
  };
}
