import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsMsg } from '@nats-io/jetstream';
import { v7 } from 'uuid';
import { z } from 'zod';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics, type Metrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats } from '#test/stack/index.ts';
import { createEventBus } from './bus.ts';
import { createEvent } from './catalogue.ts';
import { createConsumer, type ConsumerOptions } from './consumer.ts';
import { listDeadLetters, replayDeadLetter } from './deadLetters.ts';
import { Poison } from './errors.ts';
import { createEventConsumer } from './eventConsumer.ts';
import { connectNats, type NatsPart } from './nats.ts';
import type { Turn } from './pull.ts';
import { ensureStreams } from './streams.ts';

const catalogue = {
  'shop.order.placed': { version: 1, data: z.object({ n: z.int() }) },
  'shop.order.sent': { version: 1, data: z.object({ n: z.int() }) },
} as const;

describe('consuming from the stream', () => {
  let server: Awaited<ReturnType<typeof testNats>>;
  let nats: NatsPart;
  let metrics: Metrics;
  const running: Part[] = [];
  /** Begun first, as the server's patience takes ten seconds, which the other tests use. */
  let inherited: Awaited<ReturnType<typeof inherit>>;

  beforeAll(async () => {
    server = await testNats();
    metrics = createMetrics({ service: 'test' });
    nats = connectNats({ url: server.url, name: 'test', logger, metrics });
    await nats.start();
    await ensureStreams(nats.manager);
    inherited = await inherit();
  });

  afterEach(async () => {
    for (const part of running.splice(0)) await part.stop();
  });

  afterAll(async () => {
    await nats.stop();
    await server.close();
  });

  /** A consumer of a subject of its own, so that tests do not see each other's messages. */
  async function consume(options: Pick<ConsumerOptions, 'handle'> & Partial<ConsumerOptions>) {
    const topic = v7();
    const durable = `test-${topic}`;
    /** One more process that reads the same. */
    async function join(own: typeof options): Promise<Part> {
      const consumer = createConsumer({
        nats,
        stream: 'EVENTS',
        durable,
        filterSubject: `events.raw.${topic}`,
        concurrency: 4,
        logger,
        metrics,
        ...own,
      });
      running.push(consumer);
      await consumer.start();
      return consumer;
    }
    const consumer = await join(options);
    const send = (...bodies: string[]) =>
      Promise.all(bodies.map((body) => nats.jetstream.publish(`events.raw.${topic}`, body)));
    return { consumer, send, durable, join };
  }

  /** One whose turn comes after one that died with messages in hand, and who waits for them. */
  async function inherit(): Promise<{ readonly seen: string[]; readonly heir: Part }> {
    const seen: string[] = [];
    const options = {
      turn: turnOf({}, 'heir'),
      keyOf: () => 'one key',
      async handle(message: JsMsg) {
        seen.push(message.string());
      },
    };
    const { send, durable, consumer: before, join } = await consume(options);
    await before.stop();
    await send('1', '2');
    const dead = await nats.jetstream.consumers.get('EVENTS', durable);
    const inHand: string[] = [];
    for await (const message of await dead.fetch({ max_messages: 2, expires: 10_000 })) inHand.push(message.string());
    expect(inHand).toEqual(['1', '2']);
    const heir = await join(options);
    await send('3');
    // Not ended with the first test.
    running.splice(0);
    return { seen, heir };
  }

  it('handles each message once and in the order of its key', async () => {
    const seen: string[] = [];
    const { send } = await consume({
      keyOf: (message) => message.string().charAt(0),
      async handle(message) {
        await pause(Math.random() * 5);
        seen.push(message.string());
      },
    });
    const bodies = Array.from(
      { length: 60 },
      (_, index) => `${'abc'.charAt(index % 3)}${String(index).padStart(2, '0')}`,
    );
    await send(...bodies);
    await eventually(() => expect(seen).toHaveLength(60));
    for (const key of 'abc') {
      const ofKey = seen.filter((body) => body.startsWith(key));
      expect(ofKey).toEqual(ofKey.toSorted());
    }
  });

  it.each([
    ['by itself', undefined],
    ['in turn with others', turnOf({}, 'me')],
  ])('goes on after somebody deleted it on the server: %s', async (_how, turn) => {
    const seen: string[] = [];
    const { send, durable } = await consume({
      turn,
      async handle(message) {
        seen.push(message.string());
      },
    });
    await send('before');
    await eventually(() => expect(seen).toEqual(['before']));
    await nats.manager.consumers.delete('EVENTS', durable);
    await send('after');
    await eventually(() => expect(seen).toContain('after'));
  });

  it('keeps the order of a key over several processes that read in turn, and goes on when one of them stops', async () => {
    const seen: string[] = [];
    const shared = {};
    const handle = async (name: string, body: string) => {
      await pause(Math.random() * 3);
      seen.push(`${body} ${name}`);
    };
    const of = (name: string) => ({
      turn: turnOf(shared, name),
      keyOf: () => 'one key',
      handle: (message: JsMsg) => handle(name, message.string()),
    });
    const { send, durable, consumer: first, join } = await consume(of('first'));
    await send('00');
    await eventually(() => expect(seen).toEqual(['00 first']));
    await join(of('second'));
    for (let number = 1; number < 60; number++) {
      await send(String(number).padStart(2, '0'));
      if (number === 30) void first.stop();
    }
    await eventually(() => expect(seen).toHaveLength(60));
    expect(seen).toEqual(seen.toSorted());
    expect(seen.at(-1)).toBe('59 second');
    expect(await listDeadLetters(nats, { durable })).toEqual([]);
  });

  it('tries a failing message again before the next of its key, and lets other keys go on', async () => {
    const seen: string[] = [];
    let failures = 3;
    const { send } = await consume({
      attempts: 1_000,
      keyOf: (message) => message.string().charAt(0),
      async handle(message) {
        if (message.string() === 'a1' && (failures-- > 0 || !seen.includes('b2'))) throw new Error('not yet');
        seen.push(message.string());
      },
    });
    await send('a1', 'a2', 'b1', 'b2');
    await eventually(() => expect(seen).toHaveLength(4));
    expect(seen).toEqual(['b1', 'b2', 'a1', 'a2']);
  });

  it('parks what keeps failing, with the reason, and replays it on demand', async () => {
    const seen: string[] = [];
    let broken = true;
    const { send, durable } = await consume({
      attempts: 2,
      async handle(message) {
        if (broken) throw new Error('cannot\r\nbe digested');
        seen.push(message.string());
      },
    });
    await send('bad');
    const [letter] = await eventually(async () => {
      const letters = await listDeadLetters(nats, { durable });
      expect(letters).toHaveLength(1);
      return letters;
    });
    expect(letter).toMatchObject({ durable, reason: 'cannot be digested', attempts: 2, body: 'bad', stream: 'EVENTS' });
    broken = false;
    await replayDeadLetter(nats, letter?.seq ?? 0);
    await eventually(() => expect(seen).toEqual(['bad']));
    expect(await listDeadLetters(nats, { durable })).toEqual([]);
  });

  it('parks poison at once', async () => {
    let calls = 0;
    const { send, durable } = await consume({
      async handle() {
        calls += 1;
        throw Poison.because('it is not JSON');
      },
    });
    await send('{');
    await eventually(async () =>
      expect(await listDeadLetters(nats, { durable })).toMatchObject([{ reason: 'it is not JSON' }]),
    );
    expect(calls).toBe(1);
  });

  it('never gives up for an outage, however often it fails', async () => {
    let calls = 0;
    const seen: string[] = [];
    const { send, durable } = await consume({
      attempts: 2,
      async handle(message) {
        if (++calls <= 4) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
        seen.push(message.string());
      },
    });
    await send('patient');
    await eventually(() => expect(seen).toEqual(['patient']));
    expect(await listDeadLetters(nats, { durable })).toEqual([]);
  });

  it('never handles more at once than its concurrency', async () => {
    let now = 0;
    let most = 0;
    let done = 0;
    const { send } = await consume({
      concurrency: 3,
      async handle() {
        most = Math.max(most, ++now);
        await pause(5);
        now -= 1;
        done += 1;
      },
    });
    await send(...Array.from({ length: 30 }, String));
    await eventually(() => expect(done).toBe(30));
    expect(most).toBe(3);
  });

  it('gives back at once what it had not handled when it stopped', async () => {
    const topic = v7();
    const options = { durable: `test-${topic}`, filterSubject: `events.raw.${topic}` };
    const first = await consume({ ...options, handle: () => Promise.reject(new Error('stopped before it could')) });
    await nats.jetstream.publish(options.filterSubject, 'left');
    await eventually(async () =>
      expect(await metrics.text()).toMatch(
        new RegExp(`outcome="retried".*consumer="${options.durable}"|consumer="${options.durable}",outcome="retried"`),
      ),
    );
    await first.consumer.stop();
    const seen: string[] = [];
    await consume({ ...options, handle: async (message) => void seen.push(message.string()) });
    // Sooner than the server loses its patience, which is after thirty seconds.
    await eventually(() => expect(seen).toEqual(['left']), 15_000);
  });

  it.each([
    ['by itself', () => undefined],
    ['in turn with others', () => turnOf({}, 'me')],
  ])('leaves nothing behind that the server waits for when it stops amid messages: %s', async (_how, turn) => {
    const seen = new Set<string>();
    const { send, durable, consumer } = await consume({
      turn: turn(),
      handle: async (message) => void seen.add(message.string()),
    });
    for (let round = 0; round < 20; round++) {
      const before = seen.size;
      const sent = send(...Array.from({ length: 40 }, (_, index) => `${String(round)}.${String(index)}`));
      await eventually(() => expect(seen.size).toBeGreaterThan(before));
      await consumer.stop();
      await sent;
      // The server takes acknowledgements in after it has answered what was asked behind them.
      await eventually(async () =>
        expect(await nats.manager.consumers.info('EVENTS', durable)).toMatchObject({ num_ack_pending: 0 }),
      );
      await consumer.start();
    }
    await eventually(() => expect(seen.size).toBe(800));
  });

  it('gives events as the catalogue types them, parks what does not fit and ignores the rest', async () => {
    const companyId = v7();
    const seen: number[] = [];
    const durable = `test-${companyId}`;
    const consumer = createEventConsumer({
      nats,
      durable,
      catalogue,
      filterSubject: `events.shop.${companyId}.>`,
      concurrency: 2,
      logger,
      metrics,
      keyOf: (event) => event.companyId,
      handlers: { 'shop.order.placed': async (event) => void seen.push(event.data.n) },
    });
    running.push(consumer);
    await consumer.start();
    const bus = createEventBus({ nats, metrics });
    const events = [1, 2, 3].map((n) =>
      createEvent(catalogue, companyId, { type: 'shop.order.placed', actor: { kind: 'system' }, data: { n } }),
    );
    const sent = createEvent(catalogue, companyId, {
      type: 'shop.order.sent',
      actor: { kind: 'system' },
      data: { n: 9 },
    });
    await bus.publish([...events, sent]);
    await bus.publish(events);
    await nats.jetstream.publish(
      `events.shop.${companyId}.order.placed`,
      JSON.stringify({ ...events[0], data: { n: 'x' } }),
    );
    await nats.jetstream.publish(`events.shop.${companyId}.order.placed`, 'not json');
    await eventually(async () => expect(await listDeadLetters(nats, { durable })).toHaveLength(2));
    await eventually(() => expect(seen).toEqual([1, 2, 3]));
  });

  it('waits, when its turn comes, for what the one before had in hand when it died', async () => {
    const { seen, heir } = inherited;
    await eventually(() => expect(seen).toEqual(['1', '2', '3']));
    await heir.stop();
  });

  it('goes on after NATS was killed and came back, without losing or repeating what was acknowledged', async () => {
    const seen: string[] = [];
    const { send } = await consume({ handle: async (message) => void seen.push(message.string()) });
    await send('before');
    await eventually(() => expect(seen).toEqual(['before']));
    await server.kill9();
    await eventually(() => expect(nats.connected).toBe(false));
    await expect(createEventBus({ nats, metrics }).publish([])).rejects.toMatchObject({ code: 'NATS_NOT_CONNECTED' });
    await expect(nats.check()).rejects.toMatchObject({ code: 'NATS_NOT_CONNECTED' });
    await server.restart();
    await eventually(() => nats.check());
    await eventually(() => send('after'));
    await eventually(() => expect(seen).toContain('after'));
    expect(seen.filter((body) => body === 'before')).toHaveLength(1);
  });
});

/** A turn of those who share the object. */
function turnOf(shared: { holder?: string | undefined }, name: string): Turn {
  return {
    async take() {
      shared.holder ??= name;
      return shared.holder === name;
    },
    async release() {
      if (shared.holder === name) shared.holder = undefined;
    },
  };
}
