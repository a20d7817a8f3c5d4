import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { webhookSecret } from '#channels/queries/webhookSecret.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { startTracing } from '#platform/tracing/tracing.ts';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

interface Export {
  resourceSpans: { scopeSpans: { spans: { traceId: string; name: string }[] }[] }[];
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('a trace', () => {
  const names = new Set<string>();
  let collector: Server;
  let tracing: Part;
  let platform: RunningPlatform;

  beforeAll(async () => {
    collector = createServer((incoming, response) => {
      json(incoming).then(
        (body) => {
          const spans = (body as Export).resourceSpans.flatMap(({ scopeSpans }) =>
            scopeSpans.flatMap((scope) => scope.spans),
          );
          for (const span of spans) if (span.traceId === traceId) names.add(span.name);
          response.end('{}');
        },
        () => response.writeHead(400).end(),
      );
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as AddressInfo;
    tracing = startTracing({ service: 'switchboard', endpoint: `http://127.0.0.1:${String(port)}`, logger });
    await tracing.start();
    platform = await runPlatform({ overHttp: true });
  });

  afterAll(async () => {
    await platform.stop();
    await tracing.stop();
    collector.close();
  });

  it('goes with a message from the platform’s request over HTTP and NATS through every service', async () => {
    const { channelId } = demoCompany('acme').telegram;
    const { channels } = platform.platform;
    const { statusCode, body } = await request(`${platform.url}/webhooks/telegram/${channelId}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
        'x-telegram-bot-api-secret-token': (await webhookSecret(channels.database, channels.keyring, channelId)) ?? '',
      },
      body: JSON.stringify(telegramMessage(700, 1, 'follow me', 'Tracy')),
    });
    await body.dump();
    expect(statusCode).toBe(200);
    await eventually(() => {
      expect([...names]).toEqual(
        expect.arrayContaining([
          'consume channels-normalise',
          'consume conversations-received',
          'consume channels-deliver',
        ]),
      );
    });
    expect([...names].some((name) => name.includes('POST'))).toBe(true);
  });
});
