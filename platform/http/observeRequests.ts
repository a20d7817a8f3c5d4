import { SpanKind, SpanStatusCode, context, isSpanContextValid, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { withExtractedTrace } from '#platform/tracing/tracing.ts';

/** Asked for every few seconds by machines: of no interest unless somebody debugs. */
const quietRoutes = new Set(['/health/live', '/health/ready', '/metrics']);

/**
 * Gives every request its id back, a span in the caller's trace, a line in the log and a place in the histogram of latencies.
 * Only the route's pattern is ever written down: addresses, query strings and bodies can hold secrets.
 */
export function observeRequests(app: FastifyInstance, metrics: Metrics): void {
  const durations = metrics.histogram(
    'switchboard_http_request_duration_seconds',
    'From the arrival of a request to the end of its answer',
    ['method', 'route', 'status'],
  );
  const tracer = trace.getTracer('switchboard');
  const contexts = new WeakMap<FastifyRequest, Context>();

  app.addHook('onRequest', (request, reply, done) => {
    const startedAt = performance.now();
    const { method } = request;
    const route = request.routeOptions.url ?? 'unmatched';
    const quiet = quietRoutes.has(route);
    reply.header('x-request-id', request.id);

    const span = quiet
      ? undefined
      : withExtractedTrace(request.headers, () =>
          tracer.startSpan(`${method} ${route}`, {
            kind: SpanKind.SERVER,
            attributes: { 'http.request.method': method, 'http.route': route },
          }),
        );

    // Comes exactly once, both after the last byte and when the caller goes away before.
    reply.raw.once('close', () => {
      const ms = performance.now() - startedAt;
      const finished = reply.raw.writableFinished;
      const status = finished ? reply.statusCode : 'aborted';
      durations.observe({ method, route, status }, ms / 1_000);
      request.log[quiet ? 'debug' : 'info']({ method, route, status, ms: Math.round(ms * 10) / 10 }, 'request');
      span?.setAttribute('http.response.status_code', reply.statusCode);
      if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
    });

    // Without tracing there is no trace to go on with.
    if (span === undefined || !isSpanContextValid(span.spanContext())) return done();
    const traced = trace.setSpan(context.active(), span);
    contexts.set(request, traced);
    context.with(traced, done);
  });

  // Reading a body ends in an event of the socket, outside of the context that the request began in.
  app.addHook('preValidation', (request, _reply, done) => {
    const traced = contexts.get(request);
    if (traced) context.with(traced, done);
    else done();
  });
}
