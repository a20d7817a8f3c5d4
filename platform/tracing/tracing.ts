import { isNativeError } from 'node:util/types';
import { SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import { W3CTraceContextPropagator, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** Below the time a part has for stopping, so that a dead collector costs the last spans and not an orderly stop. */
const EXPORT_TIMEOUT_MS = 3_000;

export interface TracingOptions {
  readonly service: string;
  /** Base address of an OTLP/HTTP collector, `http://localhost:4318`. Without it nothing is traced, at no cost. */
  readonly endpoint?: string | undefined;
  /** Told when spans cannot be delivered; they are dropped, never waited for. */
  readonly logger?: Logger | undefined;
}

/** The tracing of this process: to be started before, and stopped after, everything that is traced. One per process. */
export function startTracing({ service, endpoint, logger }: TracingOptions): Part {
  let provider: NodeTracerProvider | undefined;
  const undelivered = (error: unknown) => logger?.warn({ err: error }, 'traces could not be delivered');

  return {
    name: 'tracing',
    async start() {
      if (endpoint === undefined) return;
      setGlobalErrorHandler(undelivered);
      const exporter = new OTLPTraceExporter({
        url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
        timeoutMillis: EXPORT_TIMEOUT_MS,
      });
      provider = new NodeTracerProvider({
        resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: service }),
        spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: EXPORT_TIMEOUT_MS })],
      });
      // Only the trace context: baggage would carry whatever a stranger's request says through all services.
      provider.register({ propagator: new W3CTraceContextPropagator() });
    },
    async stop() {
      if (provider === undefined) return;
      trace.disable();
      context.disable();
      propagation.disable();
      const stopping = provider;
      provider = undefined;
      await stopping.shutdown().catch(undelivered);
    },
  };
}

/** Writes the current trace into headers that go to another process. */
export function injectTrace(carrier: Record<string, unknown>): void {
  propagation.inject(context.active(), carrier);
}

/** Runs `work` as a part of the trace that the headers of another process name, if they name one. */
export function withExtractedTrace<T>(carrier: Readonly<Record<string, unknown>>, work: () => T): T {
  return context.with(propagation.extract(context.active(), carrier), work);
}

/** Runs `work` in a span, which ends with it and keeps what it threw. */
export function inSpan<T>(name: string, attributes: Attributes, work: (span: Span) => T | Promise<T>): Promise<T> {
  return trace.getTracer('switchboard').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(isNativeError(error) ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR, message: isNativeError(error) ? error.message : String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}
