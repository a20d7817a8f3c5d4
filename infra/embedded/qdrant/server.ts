import { createHash, timingSafeEqual } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { type Logger, pino } from 'pino';
import { z } from 'zod';
import { Catalog } from './catalog.ts';
import { QdrantError } from './errors.ts';
import { collectionRoutes, readRoutes, writeRoutes } from './routes.ts';

const BODY_LIMIT_BYTES = 32 * 1024 * 1024;
/** Clients check that they fit the server by it. */
const API_VERSION = '1.19.0';
const OPEN_PATHS: ReadonlySet<string> = new Set(['/', '/healthz', '/livez', '/readyz']);

/** What the HTTP framework throws for a body that is too large or no JSON. */
const frameworkRefusal = z.object({ statusCode: z.int().min(400).max(499), message: z.string() });

export interface QdrantServerOptions {
  /** Holds everything; created when missing. One server at a time. */
  readonly dataDir: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** With it, requests must carry it in `api-key` or as bearer token. */
  readonly apiKey?: string | undefined;
  readonly logger?: Logger | undefined;
}

export interface QdrantServer {
  readonly name: 'qdrant';
  /** @throws Error while the server is not listening. */
  url(): string;
  /** Rejects when the data cannot be read or the port is taken; may be called again. */
  start(): Promise<void>;
  /** Finishes the requests under way. Safe after a failed or missing start. */
  stop(): Promise<void>;
}

/** A server with exact search that speaks the part of Qdrant's REST API that the project uses, and refuses the rest. */
export function createQdrantServer(options: QdrantServerOptions): QdrantServer {
  const logger = options.logger ?? pino({ enabled: false });
  let running: { app: FastifyInstance; catalog: Catalog; address: string } | undefined;
  return {
    name: 'qdrant',
    url() {
      if (!running) throw new Error('The Qdrant server is not listening: start it first');
      return running.address;
    },
    async start() {
      if (running) return;
      const catalog = await Catalog.open(options.dataDir, logger);
      const app = createApp(catalog, options.apiKey, logger);
      try {
        running = { app, catalog, address: await app.listen({ host: options.host, port: options.port }) };
      } catch (error) {
        await app.close();
        await catalog.close();
        throw error;
      }
    },
    async stop() {
      const stopping = running;
      running = undefined;
      await stopping?.app.close();
      await stopping?.catalog.close();
    },
  };
}

function createApp(catalog: Catalog, apiKey: string | undefined, logger: Logger): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES });
  if (apiKey !== undefined) {
    const isKey = keyCheck(apiKey);
    app.addHook('onRequest', async (request, reply) => {
      if (OPEN_PATHS.has(request.routeOptions.url ?? '')) return;
      const given = request.headers['api-key'] ?? request.headers.authorization?.replace(/^Bearer /, '');
      if (given === undefined) return reply.code(401).send('Must provide an API key or an Authorization bearer token');
      if (!isKey(String(given))) return reply.code(401).send('Invalid API key or JWT');
    });
  }
  app.setErrorHandler((error, request, reply) => {
    const refusal = asQdrantError(error);
    if (refusal.code === 'INTERNAL') logger.error({ err: error, url: request.url }, 'a request failed');
    return reply.code(refusal.status).send({ status: { error: refusal.message }, time: seconds(reply), result: null });
  });
  app.setNotFoundHandler(({ method, url }) => {
    throw QdrantError.unsupportedRoute(method, new URL(url, 'http://localhost').pathname);
  });

  app.get('/', () => ({ title: 'qdrant - vector search engine (embedded subset)', version: API_VERSION }));
  app.get('/healthz', () => 'healthz check passed');
  app.get('/livez', () => 'healthz check passed');
  app.get('/readyz', () => 'all shards are ready');
  void app.register((api, _options, done) => {
    api.addHook('preSerialization', async (_request, reply, result) =>
      reply.statusCode === 200 ? { result, status: 'ok', time: seconds(reply) } : result,
    );
    collectionRoutes(api, catalog);
    writeRoutes(api, catalog);
    readRoutes(api, catalog);
    done();
  });
  return app;
}

/** Compares digests, which are of one length, so that the time says nothing about the key. */
function keyCheck(apiKey: string): (given: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(apiKey);
  return (given) => timingSafeEqual(digest(given), expected);
}

function asQdrantError(error: unknown): QdrantError {
  if (error instanceof QdrantError) return error;
  const { data: refusal } = frameworkRefusal.safeParse(error);
  if (!refusal) return QdrantError.internal(error);
  return refusal.statusCode === 413
    ? QdrantError.bodyTooLarge(BODY_LIMIT_BYTES)
    : QdrantError.malformed(refusal.message);
}

function seconds(reply: FastifyReply): number {
  return reply.elapsedTime / 1000;
}
