import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { freePort } from '#infra/embedded/ports.ts';
import { findProgram } from '#infra/embedded/programs.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { connectNats } from './nats.ts';

const connz = z.object({ num_connections: z.int() });

describe('a connection to NATS', () => {
  let url: string;
  let connections: () => Promise<number>;
  let close: () => Promise<void>;

  /** Without JetStream. */
  beforeAll(async () => {
    const [port, monitor] = [String(await freePort()), String(await freePort())];
    const { file, env } = await findProgram('nats-server', () => undefined);
    const server = spawn(file, ['-a', '127.0.0.1', '-p', port, '-m', monitor], { env, stdio: 'ignore' });
    const ended = once(server, 'exit');
    url = `nats://127.0.0.1:${port}`;
    connections = async () => {
      const response = await fetch(`http://127.0.0.1:${monitor}/connz`);
      return connz.parse(await response.json()).num_connections;
    };
    close = async () => {
      server.kill('SIGKILL');
      await ended;
    };
    await eventually(connections);
  });
  afterAll(() => close());

  const open = () => connectNats({ url, name: 'test', logger, metrics: createMetrics({ service: 'test' }) });

  /** Answers in JetStream's place; what is asked for the first time it leaves unanswered. */
  async function answering(): Promise<{ connection: NatsConnection; asked: string[] }> {
    const connection = await connect({ servers: url });
    const asked: string[] = [];
    connection.subscribe('$JS.API.>', {
      callback: (_error, message) => {
        if (asked.includes(message.subject)) message.respond('{}');
        asked.push(message.subject);
      },
    });
    await connection.flush();
    return { connection, asked };
  }

  it('to a server without JetStream is refused with the remedy, and closed by the stop after the failed start', async () => {
    const nats = open();
    await expect(nats.start()).rejects.toThrow(/has no JetStream.*-js/);
    await nats.stop();
    await eventually(async () => expect(await connections()).toBe(0));
  });

  it('asks JetStream again what it leaves unanswered, unless that may be done already', async () => {
    const { connection, asked } = await answering();
    const nats = open();
    await nats.start();
    expect(asked).toEqual(['$JS.API.INFO', '$JS.API.INFO']);
    const removal = nats.manager.consumers.delete('EVENTS', 'one').catch((error: unknown) => error);
    await nats.manager.consumers.info('EVENTS', 'other');
    expect(asked.filter((subject) => subject.includes('EVENTS')).toSorted()).toEqual([
      '$JS.API.CONSUMER.DELETE.EVENTS.one',
      '$JS.API.CONSUMER.INFO.EVENTS.other',
      '$JS.API.CONSUMER.INFO.EVENTS.other',
    ]);
    await nats.stop();
    expect(await removal).toBeInstanceOf(Error);
    await connection.close();
  });
});
