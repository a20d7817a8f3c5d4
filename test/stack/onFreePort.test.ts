import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpServer, type HttpServer } from '#platform/http/server.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { onFreePort } from './onFreePort.ts';

const others: Server[] = [];
const chosen: number[] = [];

afterEach(() => {
  for (const other of others.splice(0)) other.close();
  chosen.length = 0;
});

/** @param takenBefore So many times somebody else is there first. */
async function startServer(takenBefore: number): Promise<HttpServer> {
  return onFreePort(async (port) => {
    chosen.push(port);
    if (chosen.length <= takenBefore) {
      const other = createServer().listen(port, '127.0.0.1');
      others.push(other);
      await once(other, 'listening');
    }
    const metrics = createMetrics({ service: 'test' });
    const server = createHttpServer({ name: 'test', host: '127.0.0.1', port, logger, metrics, checks: () => ({}) });
    await server.start();
    return server;
  });
}

describe('what is started on a free port', () => {
  it('gets another one when somebody took it meanwhile', async () => {
    const server = await startServer(1);
    expect(chosen).toHaveLength(2);
    expect(server.url()).toBe(`http://127.0.0.1:${String(chosen[1])}`);
    await server.stop();
  });

  it('gets no fourth one', async () => {
    await expect(startServer(Infinity)).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    expect(chosen).toHaveLength(3);
  });

  it('is not started again when something else is wrong', async () => {
    const start = async (port: number) => {
      chosen.push(port);
      throw new Error('a store is away');
    };
    await expect(onFreePort(start)).rejects.toThrow('a store is away');
    expect(chosen).toHaveLength(1);
  });
});
