import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createLogger } from '#platform/logging/logger.ts';
import { inSpan, injectTrace, startTracing, withExtractedTrace } from './tracing.ts';

const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({
        attributes: z.array(z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) })),
      }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              name: z.string(),
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              status: z.object({ code: z.number().optional(), message: z.string().optional() }),
              events: z.array(z.object({ name: z.string() })).optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A collector that keeps what it gets. */
async function startCollector(status = 200) {
  const bodies: z.infer<typeof exportSchema>[] = [];
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    paths.push(request.url);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(exportSchema.parse(JSON.parse(Buffer.concat(chunks).toString())));
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const spans = () => bodies.flatMap((body) => body.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)));
  return { endpoint: `http://127.0.0.1:${port}`, bodies, paths, spans };
}

describe('tracing', () => {
  test('delivers spans with the name of the service, the last of them on stopping', async () => {
    const collector = await startCollector();
    const tracing = startTracing({ service: 'channels', endpoint: collector.endpoint });
    await tracing.start();
    await inSpan('outer', { size: 2 }, () => inSpan('inner', {}, () => 'done'));
    await tracing.stop();

    const [inner, outer] = collector.spans();
    expect(collector.paths[0]).toBe('/v1/traces');
    expect(outer?.name).toBe('outer');
    expect(inner).toMatchObject({ name: 'inner', traceId: outer?.traceId, parentSpanId: outer?.spanId });
    expect(collector.bodies[0]?.resourceSpans[0]?.resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'channels' },
    });
  });

  test('is carried from one process to the next in headers', async () => {
    const collector = await startCollector();
    const tracing = startTracing({ service: 'test', endpoint: collector.endpoint });
    await tracing.start();
    const headers: Record<string, string> = {};
    await inSpan('sender', {}, () => injectTrace(headers));
    await withExtractedTrace(headers, () => inSpan('receiver', {}, () => undefined));
    await tracing.stop();

    const [sender, receiver] = collector.spans();
    expect(headers['traceparent']).toContain(sender?.traceId);
    expect(receiver).toMatchObject({ traceId: sender?.traceId, parentSpanId: sender?.spanId });
  });

  test('keeps what a span threw, and throws it on', async () => {
    const collector = await startCollector();
    const tracing = startTracing({ service: 'test', endpoint: collector.endpoint });
    await tracing.start();
    await expect(inSpan('broken', {}, () => Promise.reject(new Error('no luck')))).rejects.toThrow('no luck');
    await tracing.stop();

    expect(collector.spans()[0]).toMatchObject({
      status: { code: 2, message: 'no luck' },
      events: [{ name: 'exception' }],
    });
  });

  test('without an endpoint costs nothing and carries nothing', async () => {
    const tracing = startTracing({ service: 'test' });
    await tracing.start();
    const headers: Record<string, string> = {};
    const result = await inSpan('untraced', {}, (span) => {
      injectTrace(headers);
      return span.isRecording();
    });
    await tracing.stop();

    expect(result).toBe(false);
    expect(headers).toEqual({});
  });

  test('a collector that is away neither fails the work nor keeps the process from stopping', async () => {
    const said: string[] = [];
    const logger = createLogger({
      name: 'test',
      level: 'warn',
      destination: { write: (line) => void said.push(line) },
    });
    const tracing = startTracing({ service: 'test', endpoint: 'http://127.0.0.1:9', logger });
    await tracing.start();
    await expect(inSpan('work', {}, () => 42)).resolves.toBe(42);
    await tracing.stop();

    expect(said.join()).toContain('traces could not be delivered');
  });

  test('stops safely when it never started, and starts again after a stop', async () => {
    const collector = await startCollector();
    const tracing = startTracing({ service: 'test', endpoint: collector.endpoint });
    await tracing.stop();
    for (const name of ['first', 'second']) {
      await tracing.start();
      await inSpan(name, {}, () => undefined);
      await tracing.stop();
    }

    expect(collector.spans().map((span) => span.name)).toEqual(['first', 'second']);
  });
});
