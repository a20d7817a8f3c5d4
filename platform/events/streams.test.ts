import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { testNats } from '#test/stack/index.ts';
import { connectNats, type NatsPart } from './nats.ts';
import { DEAD, ensureStreams, EVENTS, INGEST, USAGE } from './streams.ts';

describe('the streams', () => {
  let server: Awaited<ReturnType<typeof testNats>>;
  const services: NatsPart[] = [];

  beforeAll(async () => {
    server = await testNats();
    for (let n = 0; n < 8; n++) {
      const name = `service ${String(n)}`;
      services.push(connectNats({ url: server.url, name, logger, metrics: createMetrics({ service: name }) }));
    }
    await Promise.all(services.map((nats) => nats.start()));
  });

  afterAll(async () => {
    for (const nats of services) await nats.stop();
    await server.close();
  });

  it('are made by many services at once, and brought back to their settings by the next', async () => {
    const [nats] = services;
    for (let round = 0; round < 5; round++) {
      await Promise.all(services.map(({ manager }) => ensureStreams(manager)));
      for (const spec of [INGEST, EVENTS, USAGE, DEAD]) {
        const { config } = (await nats?.manager.streams.info(spec.name)) ?? {};
        expect(config).toMatchObject(spec);
        await nats?.manager.streams.delete(spec.name);
      }
    }
  });

  it('refuse what overlaps with a stream of somebody else’s', async () => {
    const { manager } = services[0] ?? {};
    await manager?.streams.add({ name: 'OTHERS', subjects: ['events.mine'] });
    await expect(manager && ensureStreams(manager, [EVENTS])).rejects.toThrow(/overlap/);
    await manager?.streams.delete('OTHERS');
  });
});
