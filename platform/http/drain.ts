import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pause } from '#platform/lifecycle/backoff.ts';

/** Answered until the end: who watches wants to know what this process does. */
const watched = new Set(['/health/live', '/health/ready', '/metrics']);

/** The end of a server, in which nobody loses an answer. */
export interface Drain {
  /** From its first step on: the server says that it is not ready. */
  readonly hasBegun: boolean;
  /** Says so, and answers as ever for as long as a load balancer takes to hear of it. */
  announce(): Promise<void>;
  /** Refuses what is new, and resolves when everything under way is answered or the time is up. */
  finish(limitMs: number): Promise<void>;
}

/** To be mounted before the routes. */
export function createDrain(app: FastifyInstance, noticeMs: number): Drain {
  let announced = false;
  let refusing = false;
  let underWay = 0;
  let idle: (() => void) | undefined;

  app.addHook('onRequest', (request, reply, done) => {
    if (watched.has(request.routeOptions.url ?? '') || isPreflight(request)) return done();
    if (refusing) {
      refuse(reply);
      return undefined;
    }
    underWay += 1;
    reply.raw.once('close', () => {
      underWay -= 1;
      if (underWay === 0) idle?.();
    });
    return done();
  });
  // Without it the connection of a request that ends while we stop stays open, idle, and the server waits for it.
  app.addHook('onSend', async (_request, reply) => {
    if (refusing) reply.header('connection', 'close');
  });

  return {
    get hasBegun() {
      return announced;
    },
    async announce() {
      announced = true;
      await pause(noticeMs);
    },
    async finish(limitMs) {
      announced = refusing = true;
      const idling = new AbortController();
      idle = () => idling.abort();
      if (underWay > 0) await pause(limitMs, idling.signal);
    },
  };
}

/** Without its answer a page would not learn why it is refused. */
function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Another process takes it, on another connection. */
function refuse(reply: FastifyReply): void {
  const error = { code: 'STOPPING', message: 'This server is about to stop: ask again, and another one answers.' };
  void reply.code(503).headers({ connection: 'close', 'retry-after': '1' }).send({ error });
}
