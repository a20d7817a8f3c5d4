import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Part } from '#platform/lifecycle/part.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, type TestServer } from '#test/stack/index.ts';
import { createBatchConsumer } from './batchConsumer.ts';
import { listDeadLetters } from './deadLetters.ts';
import { Poison } from './errors.ts';
import { connectNats, type NatsPart } from './nats.ts';
import { ensureStreams } from './streams.ts';

let server: TestServer;
let nats: NatsPart;
let running: Part[] = [];
let topics = 0;

beforeAll(async () => {
  server = await testNats();
  nats = connectNats({ url: server.url, name: 'test', logger, metrics: createMetrics({ service: 'test' }) });
  await nats.start();
  await ensureStreams(nats.manager);
});
afterAll(async () => {
  await Promise.all(running.map((part) => part.stop()));
  await nats.stop();
  await server.close();
});

/** A consumer of a subject of its own; `handle` is told the texts of a batch. */
async function consume(
  handle: (texts: readonly string[]) => Promise<void>,
  { read = async (text: string): Promise<string | undefined> => text, maxBatch = 10, attempts = 2 } = {},
) {
  const topic = `batch${String(++topics)}`;
  const publish = (...texts: readonly string[]) =>
    Promise.all(texts.map((text) => nats.jetstream.publish(`ingest.${topic}.x`, text)));
  const consumer = createBatchConsumer<string>({
    nats,
    stream: 'INGEST',
    durable: topic,
    filterSubject: `ingest.${topic}.>`,
    read: (message) => read(message.string()),
    handle,
    maxBatch,
    attempts,
    logger,
    metrics: createMetrics({ service: 'test' }),
  });
  const pending = async () => {
    const { num_pending: waiting, num_ack_pending: unacknowledged } = await nats.manager.consumers.info(
      'INGEST',
      topic,
    );
    return waiting + unacknowledged;
  };
  return {
    publish,
    pending,
    parked: async () => (await listDeadLetters(nats, { durable: topic })).map(({ body, reason }) => [body, reason]),
    async start() {
      running = [...running, consumer];
      await consumer.start();
    },
  };
}

describe('messages that are handled together', () => {
  it('come in the stream’s order, in batches of a limited size, each once', async () => {
    const batches: (readonly string[])[] = [];
    const consumer = await consume(async (texts) => void batches.push(texts));
    const texts = Array.from({ length: 35 }, (_, index) => String(index));
    for (const text of texts) await consumer.publish(text);
    await consumer.start();
    await eventually(async () => expect(await consumer.pending()).toBe(0));
    expect(batches.flat()).toEqual(texts);
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(10);
    expect(batches.length).toBeLessThan(35);
  });

  it('are tried one by one after a failure, and the one that fails is parked', async () => {
    const handled: string[] = [];
    const consumer = await consume(async (texts) => {
      if (texts.includes('bad')) throw new Error('this one cannot be');
      handled.push(...texts);
    });
    await consumer.publish('a', 'bad', 'b');
    await consumer.start();
    await eventually(async () => expect(await consumer.parked()).toEqual([['bad', 'this one cannot be']]));
    await eventually(async () => expect(await consumer.pending()).toBe(0));
    expect(handled.toSorted()).toEqual(['a', 'b']);
  });

  it('lose nothing when one of them cannot be understood', async () => {
    const handled: string[] = [];
    const consumer = await consume(async (texts) => void handled.push(...texts), {
      async read(text) {
        if (text === 'nonsense') throw Poison.because('no rule for it');
        return text === 'of no interest' ? undefined : text;
      },
    });
    await consumer.publish('a', 'nonsense', 'of no interest', 'b');
    await consumer.start();
    await eventually(async () => expect(await consumer.parked()).toEqual([['nonsense', 'no rule for it']]));
    await eventually(async () => expect(await consumer.pending()).toBe(0));
    expect(handled.toSorted()).toEqual(['a', 'b']);
  });

  it('wait for an outage to end, however often they are tried', async () => {
    const handled: string[] = [];
    let failures = 0;
    const consumer = await consume(async (texts) => {
      if (failures < 4) {
        failures += 1;
        throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      }
      handled.push(...texts);
    });
    await consumer.publish('a', 'b');
    await consumer.start();
    await eventually(() => expect(handled.toSorted()).toEqual(['a', 'b']));
    expect(await consumer.parked()).toEqual([]);
  });

  it('wait for an outage in understanding them as well', async () => {
    const handled: string[] = [];
    let failures = 0;
    const consumer = await consume(async (texts) => void handled.push(...texts), {
      async read(text) {
        if (failures++ < 4) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
        return text;
      },
    });
    await consumer.publish('a');
    await consumer.start();
    await eventually(() => expect(handled).toEqual(['a']));
    expect(await consumer.parked()).toEqual([]);
  });
});
