import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, type TestServer } from '#test/stack/index.ts';
import { connectNats, type NatsPart } from './nats.ts';
import { publishSignal } from './publishSignal.ts';

describe('a signal', () => {
  let server: TestServer;
  let nats: NatsPart;

  beforeAll(async () => {
    server = await testNats();
    nats = connectNats({ url: server.url, name: 'test', logger, metrics: createMetrics({ service: 'test' }) });
    await nats.start();
  });
  afterAll(async () => {
    await nats.stop();
    await server.close();
  });

  test('reaches who listens, and is not told afterwards when the connection was away', async () => {
    const heard: unknown[] = [];
    nats.connection.subscribe('signals.acme.typing', {
      callback: (_error, message) => void heard.push(message.json()),
    });
    publishSignal(nats, 'signals.acme.typing', { at: 'first' });
    await eventually(() => expect(heard).toEqual([{ at: 'first' }]));
    await server.kill9();
    await eventually(() => expect(nats.connected).toBe(false));
    publishSignal(nats, 'signals.acme.typing', { at: 'meanwhile' });
    await server.restart();
    await eventually(() => expect(nats.connected).toBe(true));
    publishSignal(nats, 'signals.acme.typing', { at: 'again' });
    await eventually(() => expect(heard).toEqual([{ at: 'first' }, { at: 'again' }]));
  });
});
