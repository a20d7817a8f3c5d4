import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { request } from 'undici';
import type { Check } from '#platform/lifecycle/part.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { injectTrace } from '#platform/tracing/tracing.ts';
import { HttpError, HttpServerError } from './errors.ts';
import { createHttpServer } from './server.ts';
import type { HttpServer, HttpServerOptions } from './server.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

interface Line {
  readonly msg: string;
  readonly level: string;
  readonly requestId?: string;
  readonly [field: string]: unknown;
}

function build(options: Partial<HttpServerOptions> & { readonly level?: 'debug' | 'info' } = {}) {
  const lines: Line[] = [];
  const logger = createLogger({
    name: 'test',
    level: options.level ?? 'info',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const metrics = createMetrics({ service: 'test' });
  const server = createHttpServer({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    logger,
    metrics,
    checks: () => ({}),
    ...options,
  });
  cleanups.push(() => server.stop());
  return { server, lines, metrics, requests: () => lines.filter((line) => line.msg === 'request') };
}

async function get(server: HttpServer, path: string, headers: Record<string, string> = {}) {
  const response = await request(`${server.url()}${path}`, { headers });
  return { status: response.statusCode, headers: response.headers, body: await response.body.text() };
}

async function ready(server: HttpServer) {
  const { status, body } = await get(server, '/health/ready');
  return { status, body: JSON.parse(body) as unknown };
}

describe('health', () => {
  test('is live as soon as it is started', async () => {
    const { server } = build();
    await server.start();

    await expect(get(server, '/health/live')).resolves.toMatchObject({ status: 200, body: '{"status":"live"}' });
  });

  test('is ready when every dependency answers, and says which does not and why', async () => {
    let nats: Check = () => Promise.resolve();
    const { server, lines } = build({ checks: () => ({ postgres: () => Promise.resolve(), nats: () => nats() }) });
    await server.start();

    await expect(ready(server)).resolves.toEqual({
      status: 200,
      body: { status: 'ready', checks: { postgres: 'ok', nats: 'ok' } },
    });

    nats = () => Promise.reject(new Error('disconnected'));
    const unready = { status: 503, body: { status: 'unready', checks: { postgres: 'ok', nats: 'disconnected' } } };
    await expect(ready(server)).resolves.toEqual(unready);
    await expect(ready(server)).resolves.toEqual(unready);

    nats = () => Promise.resolve();
    await expect(ready(server)).resolves.toMatchObject({ status: 200 });
    expect(lines.map((line) => line.msg).filter((msg) => msg.includes('ready'))).toEqual(['not ready', 'ready again']);
  });

  test('does not wait longer than a second for a dependency that hangs', async () => {
    const { server } = build({ checks: () => ({ redis: () => new Promise(() => undefined) }) });
    await server.start();

    await expect(ready(server)).resolves.toMatchObject({
      status: 503,
      body: { checks: { redis: 'no answer within 1000 ms' } },
    });
  });

  test('takes a check that throws at once for one that fails', async () => {
    const { server } = build({
      checks: () => ({
        qdrant: () => {
          throw new Error('not even started');
        },
      }),
    });
    await server.start();

    await expect(ready(server)).resolves.toMatchObject({
      status: 503,
      body: { checks: { qdrant: 'not even started' } },
    });
  });

  test('asks once for many who ask at once', async () => {
    let runs = 0;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { server } = build({
      checks: () => ({
        postgres: () => {
          runs++;
          if (runs === 1) process.nextTick(release);
          return held;
        },
      }),
    });
    await server.start();
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.app.inject('/health/ready')));

    expect(answers.every((answer) => answer.statusCode === 200)).toBe(true);
    expect(runs).toBe(1);
  });
});

describe('requests', () => {
  test('get their own id back when it is sane', async () => {
    const { server, requests } = build();
    server.app.get('/', (incoming) => incoming.id);
    await server.start();
    const answer = await get(server, '/', { 'x-request-id': 'abc-123' });

    expect(answer).toMatchObject({ body: 'abc-123', headers: { 'x-request-id': 'abc-123' } });
    expect(requests()[0]?.requestId).toBe('abc-123');
  });

  test.each(['', 'a b', '<script>', '../..', 'x'.repeat(129)])('get a new id instead of %j', async (given) => {
    const { server } = build();
    server.app.get('/', () => 'ok');
    await server.start();
    const { headers } = await get(server, '/', { 'x-request-id': given });

    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  test('are logged once each, by route and without what could be secret', async () => {
    const { server, requests, lines } = build();
    server.app.get('/things/:id', () => 'ok');
    await server.start();
    await get(server, '/things/hunter2?token=hunter2', { authorization: 'Bearer hunter2' });
    await get(server, '/nowhere/hunter2');

    expect(requests()).toMatchObject([
      { level: 'info', method: 'GET', route: '/things/:id', status: 200, ms: expect.any(Number) },
      { level: 'info', method: 'GET', route: 'unmatched', status: 404 },
    ]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  test('of probes and scrapers are logged only for who debugs', async () => {
    const { server, requests } = build({ level: 'debug' });
    await server.start();
    await get(server, '/health/live');
    await get(server, '/metrics');

    expect(requests().map((line) => line.level)).toEqual(['debug', 'debug']);
  });

  test('are counted by route, and strangers cannot invent new routes', async () => {
    const { server } = build();
    server.app.get('/things/:id', () => 'ok');
    await server.start();
    await get(server, '/things/1');
    await get(server, '/things/2');
    await get(server, '/a');
    await get(server, '/b');
    const { body, headers } = await get(server, '/metrics');

    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(body).toContain('seconds_count{service="test",method="GET",route="/things/:id",status="200"} 2');
    expect(body).toContain('seconds_count{service="test",method="GET",route="unmatched",status="404"} 2');
  });

  test('that the caller gives up are logged as aborted', async () => {
    const { server, requests, metrics } = build();
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    server.app.get('/slow', async (_incoming, reply) => {
      arrived();
      await once(reply.raw, 'close');
      return 'too late';
    });
    await server.start();
    const aborter = new AbortController();
    const pending = request(`${server.url()}/slow`, { signal: aborter.signal });
    await arrival;
    aborter.abort();
    await expect(pending).rejects.toThrow('aborted');
    while (requests().length === 0) await setImmediate();

    expect(requests()).toMatchObject([{ route: '/slow', status: 'aborted' }]);
    await expect(metrics.text()).resolves.toContain('status="aborted"');
  });

  test('go on in the trace of the caller, also after their body was read', async () => {
    new NodeTracerProvider().register({ propagator: new W3CTraceContextPropagator() });
    try {
      const { server } = build();
      server.app.post('/', () => {
        const carrier: Record<string, string> = {};
        injectTrace(carrier);
        return carrier;
      });
      await server.start();
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const response = await request(server.url(), {
        method: 'POST',
        headers: { traceparent, 'content-type': 'application/json' },
        body: JSON.stringify({ large: 'x'.repeat(200_000) }),
      });

      const carried = (await response.body.json()) as { traceparent: string };
      expect(carried.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
      expect(carried.traceparent).not.toBe(traceparent);
    } finally {
      trace.disable();
      context.disable();
      propagation.disable();
    }
  });
});

describe('errors', () => {
  test.each([
    [401, HttpError.unauthorized('no token'), { code: 'UNAUTHENTICATED', message: 'no token' }],
    [404, HttpError.notFound('no such channel'), { code: 'NOT_FOUND', message: 'no such channel' }],
  ])('that a route throws reach the caller as %i', async (status, error, expected) => {
    const { server } = build();
    server.app.get('/', () => Promise.reject(error));
    await server.start();
    const answer = await get(server, '/');

    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({ error: expected });
  });

  test('that pass say when to come again, and keep their cause to the log', async () => {
    const { server, lines } = build();
    server.app.get('/away', () =>
      Promise.reject(
        HttpError.unavailable('Try again soon', { retryAfterSeconds: 2, cause: new Error('nats: no responders') }),
      ),
    );
    await server.start();

    const away = await get(server, '/away');
    expect(away).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(away.body).not.toContain('nats');
    expect(JSON.stringify(lines)).toContain('nats: no responders');
  });

  test('that nobody expected are hidden from the caller and logged under the request id', async () => {
    const { server, lines } = build();
    server.app.get('/', () => Promise.reject(new Error('password=hunter2 at db.internal')));
    await server.start();
    const answer = await get(server, '/', { 'x-request-id': 'find-me' });

    expect(answer.status).toBe(500);
    expect(answer.body).toContain('find-me');
    expect(answer.body).not.toContain('db.internal');
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', requestId: 'find-me' }));
  });

  test('are JSON for everything that is refused before a route sees it', async () => {
    const { server } = build({ bodyLimit: 100 });
    server.app.post('/', () => 'ok');
    await server.start();
    const post = async (body: string, type: string) => {
      const response = await request(server.url(), { method: 'POST', body, headers: { 'content-type': type } });
      return { status: response.statusCode, body: await response.body.json() };
    };

    await expect(post('{', 'application/json')).resolves.toMatchObject({
      status: 400,
      body: { error: { code: 'BAD_REQUEST' } },
    });
    await expect(post('x'.repeat(101), 'text/plain')).resolves.toMatchObject({
      status: 413,
      body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
    });
    await expect(post('x', 'application/wrong')).resolves.toMatchObject({
      status: 415,
      body: { error: { code: 'UNSUPPORTED_MEDIA_TYPE' } },
    });
    const nowhere = await get(server, '/nowhere');
    expect(JSON.parse(nowhere.body)).toMatchObject({ error: { code: 'NOT_FOUND' } });
    const nonsense = await get(server, '/%zz');
    expect(JSON.parse(nonsense.body)).toMatchObject({ error: { code: 'BAD_REQUEST' } });
  });
});

describe('starting and stopping', () => {
  test('a taken port is named together with the variable that moves it', async () => {
    const first = build();
    await first.server.start();
    const port = Number(new URL(first.server.url()).port);
    const second = build({ port });

    const failed = second.server.start();
    await expect(failed).rejects.toThrow(HttpServerError);
    await expect(failed).rejects.toThrow(new RegExp(`Port ${port} on 127.0.0.1 is taken.*PORT`));
  });

  test('an address of another machine is refused with the remedy', async () => {
    const { server } = build({ host: '192.0.2.1' });

    await expect(server.start()).rejects.toThrow(/192\.0\.2\.1 is no address of this machine.*HOST/);
  });

  test('has no address before it is started, and one to connect to when it listens everywhere', async () => {
    const { server } = build({ host: '0.0.0.0' });
    expect(() => server.url()).toThrow(HttpServerError);
    await server.start();

    expect(server.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('stops safely without a start, and twice', async () => {
    const { server } = build();
    await server.stop();
    await expect(server.stop()).resolves.toBeUndefined();
  });

  test('finishes what is under way, drops what is idle and is down right after', async () => {
    const { server } = build();
    let finish: (answer: string) => void = () => undefined;
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    server.app.get('/idle', () => 'ok');
    server.app.get('/busy', () => {
      arrived();
      return new Promise<string>((resolve) => (finish = resolve));
    });
    await server.start();
    await get(server, '/idle');
    const busy = get(server, '/busy');
    await arrival;

    const stoppingSince = performance.now();
    const stopped = server.stop();
    finish('done');
    await expect(busy).resolves.toMatchObject({ status: 200, body: 'done', headers: { connection: 'close' } });
    await stopped;
    // Sooner than what does not end by itself is cut.
    expect(performance.now() - stoppingSince).toBeLessThan(4_000);
  });

  test('refuses what is new while something is under way, and says that it is not ready', async () => {
    const { server } = build();
    let finish: (answer: string) => void = () => undefined;
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    server.app.get('/new', () => 'ok');
    server.app.get('/busy', () => {
      arrived();
      return new Promise<string>((resolve) => (finish = resolve));
    });
    await server.start();
    const busy = get(server, '/busy');
    await arrival;
    const stopped = server.stop();

    const refused = await get(server, '/new');
    expect(refused).toMatchObject({ status: 503, headers: { connection: 'close', 'retry-after': '1' } });
    expect(JSON.parse(refused.body)).toMatchObject({ error: { code: 'STOPPING' } });
    const ready = await get(server, '/health/ready');
    expect([ready.status, JSON.parse(ready.body)]).toMatchObject([503, { checks: { server: 'is about to stop' } }]);
    expect(await get(server, '/health/live')).toMatchObject({ status: 200 });
    finish('done');
    await expect(busy).resolves.toMatchObject({ status: 200, body: 'done' });
    await stopped;
    await expect(get(server, '/new')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('is not ready for a while before it refuses anything', async () => {
    const noticeMs = 300;
    const { server } = build({ noticeMs });
    server.app.get('/new', () => 'ok');
    await server.start();
    expect((await get(server, '/health/ready')).status).toBe(200);
    const since = performance.now();
    const announced = server.announcement.stop();

    expect((await get(server, '/health/ready')).status).toBe(503);
    expect(await get(server, '/new')).toMatchObject({ status: 200, body: 'ok' });
    await announced;
    // A timer may be a millisecond early.
    expect(performance.now() - since).toBeGreaterThanOrEqual(noticeMs - 1);
  });

  test('cuts what does not end by itself', async () => {
    const { server } = build();
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    server.app.get('/endless', () => {
      arrived();
      return new Promise(() => undefined);
    });
    await server.start();
    const socket = connect(Number(new URL(server.url()).port), '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    socket.resume();
    socket.write('GET /endless HTTP/1.1\r\nhost: x\r\n\r\n');
    await arrival;

    await server.stop();
    await expect(closed).resolves.toBeDefined();
  });
});
