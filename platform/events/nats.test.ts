import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { stablePort } from '#infra/embedded/ports.ts';
import { findProgram } from '#infra/embedded/programs.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import { connectNats } from './nats.ts';

const connz = z.object({ num_connections: z.int() });

describe('a connection to NATS', () => {
  it('to a server without JetStream is refused with the remedy, and closed by the stop after the failed start', async () => {
    const directory = await mkdtemp(join(currentTestRun().directory, 'plain-nats-'));
    const port = String(await stablePort(join(directory, 'port')));
    const monitor = String(await stablePort(join(directory, 'monitor')));
    const { file, env } = await findProgram('nats-server', () => undefined);
    const server = spawn(file, ['-a', '127.0.0.1', '-p', port, '-m', monitor], { env, stdio: 'ignore' });
    const ended = once(server, 'exit');
    const connections = async () => {
      const response = await fetch(`http://127.0.0.1:${monitor}/connz`);
      return connz.parse(await response.json()).num_connections;
    };
    try {
      await eventually(connections);
      const url = `nats://127.0.0.1:${port}`;
      const nats = connectNats({ url, name: 'test', logger, metrics: createMetrics({ service: 'test' }) });

      await expect(nats.start()).rejects.toThrow(/has no JetStream.*-js/);
      await nats.stop();
      await eventually(async () => expect(await connections()).toBe(0));
    } finally {
      server.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true });
    }
  });
});
