import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { v7 } from 'uuid';
import { createEventBus } from '#platform/events/bus.ts';
import { listDeadLetters, replayDeadLetter } from '#platform/events/deadLetters.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { createEvent } from '#platform/events/catalogue.ts';
import { EVENTS, ensureStreams } from '#platform/events/streams.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testClickHouse, testNats, type TestServer } from '#test/stack/index.ts';
import { stored } from '#test/stack/stored.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { migrations } from '../migrations/index.ts';
import { eventOf, fact } from '../testing/facts.ts';
import { intercepted } from '../testing/intercepted.ts';
import { silentNats } from '../testing/silentNats.ts';
import {
  counts,
  garbling,
  losingAnAnswer,
  metrics,
  once,
  openNats,
  publish,
  sinkOf,
  unreliable,
} from '../testing/sinkHarness.ts';
import { openReader } from './streamReader.ts';

let server: TestServer;
let nats: NatsPart;
let store: { client: ClickHouseClient; close(): Promise<void> };
let clickhouse: ClickHouseClient;

beforeAll(async () => {
  [server, store] = await Promise.all([testNats(), testClickHouse()]);
  clickhouse = store.client;
  await migrate(clickhouse, migrations, { logger: silentLogger });
  nats = await openNats(server.url);
});

afterAll(async () => {
  await nats?.stop();
  await Promise.all([server?.close(), store?.close()]);
});

/** The counts of a company as soon as every table has counted `n` events of it. */
async function countsOf(companyId: string, n: number) {
  return eventually(async () => {
    const found = await counts(clickhouse, companyId);
    expect(Math.min(...Object.values(found))).toBeGreaterThanOrEqual(n);
    return found;
  });
}

/** Stopped after the test, whatever becomes of it: a sink that goes on would have the next test's turn. */
const sinks: ReturnType<typeof sinkOf>[] = [];
function newSink(client = clickhouse) {
  const sink = sinkOf(nats, client);
  sinks.push(sink);
  return sink;
}
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.stop();
});

/** What analytics has told of a company, once each. */
async function answersOf(companyId: string) {
  const messages = await stored(nats, `events.analytics.${companyId}.>`);
  const events = messages.map((message) => message.json<{ readonly data: { readonly partId: string } }>());
  return [...new Map(events.map((event) => [event.data.partId, event])).values()];
}

/** Until a later event is counted: what must not be counted is not under way any more then. */
async function settled(): Promise<void> {
  const companyId = v7();
  await publish(nats, companyId, [fact('read')]);
  await countsOf(companyId, 1);
}

describe('the sink', () => {
  test('forgets contacts who were erased, in what is written and in what comes with it, and counts on', async () => {
    const [company, other, contactId] = [v7(), v7(), v7()];
    const jobId = v7();
    const erasure = (last: boolean) =>
      createEvent(catalogue, company, {
        type: 'conversation.erased',
        actor: { kind: 'system' },
        data: {
          jobId,
          partId: v7(),
          contactIds: [contactId],
          messages: [],
          fileKeys: [],
          last,
          identities: last ? [] : [{ channelId: v7(), externalId: '42', threadExternalId: '42' }],
        },
      });
    const ofContact = (companyId: string) => {
      const event = eventOf(companyId, fact('received'));
      if (event.type !== 'conversation.message.created') throw new Error('a received fact is a message');
      const conversation = { ...event.data.conversation, contactId };
      return { ...event, data: { ...event.data, conversation } };
    };
    const rowsOf = async (companyId: string) => {
      const result = await clickhouse.query({
        query:
          'SELECT count() AS n FROM analytics.events WHERE company_id = {company:UUID} AND contact_id = {contact:UUID}',
        query_params: { company: companyId, contact: contactId },
        format: 'JSONEachRow',
      });
      return (await result.json<{ n: number | string }>()).map(({ n }) => Number(n));
    };
    const bus = createEventBus({ nats, metrics });
    const sink = newSink();
    await sink.start();
    await bus.publish([ofContact(company), ofContact(other)]);
    await countsOf(company, 1);
    await bus.publish([ofContact(company), erasure(false), ofContact(company), erasure(true)]);
    await publish(nats, company, [fact('received')]);
    expect(await countsOf(company, 4)).toEqual(once(4));
    await eventually(async () => expect(await rowsOf(company)).toEqual([0]));
    expect(await rowsOf(other)).toEqual([1]);
    await eventually(async () =>
      expect(await answersOf(company)).toMatchObject([
        { data: { jobId, last: false } },
        { data: { jobId, last: true } },
      ]),
    );
  });

  test('counts an event in every rollup', async () => {
    const company = v7();
    const sink = newSink();
    await sink.start();
    await publish(nats, company, [fact('opened'), fact('received')]);
    expect(await countsOf(company, 2)).toEqual(once(2));
  });

  test('writes what was published while it was away, over several batches and many months', async () => {
    const company = v7();
    const facts = Array.from({ length: 120 }, (_, i) => fact('received', { at: new Date(Date.UTC(2001, i, 1)) }));
    await publish(nats, company, facts);
    const sink = newSink();
    await sink.start();
    expect(await countsOf(company, 120)).toEqual(once(120));
  });

  test('catches up on more batches than it counts at once, and goes on with each event as it comes', async () => {
    const company = v7();
    await publish(
      nats,
      company,
      Array.from({ length: 550 }, () => fact('received')),
    );
    const sink = newSink();
    await sink.start();
    expect(await countsOf(company, 550)).toEqual(once(550));
    await publish(nats, company, [fact('received')]);
    expect(await countsOf(company, 551)).toEqual(once(551));
  });

  test('counts an event once that the stream holds twice', async () => {
    const company = v7();
    const event = eventOf(company, fact('received'));
    const bus = createEventBus({ nats, metrics });
    await bus.publish([event]);
    // As from a relay that comes back after the stream has forgotten the id.
    const subject = `events.conversation.${company}.message.created`;
    await nats.jetstream.publish(subject, JSON.stringify(event));
    const sink = newSink();
    await sink.start();
    expect(await countsOf(company, 1)).toEqual(once(1));
    await nats.jetstream.publish(subject, JSON.stringify(event));
    await settled();
    expect(await countsOf(company, 1)).toEqual(once(1));
  });

  test('parks what it cannot read, with the reason, and writes the rest', async () => {
    const company = v7();
    const subject = `events.conversation.${company}.message.created`;
    const good = eventOf(company, fact('received'));
    await nats.jetstream.publish(subject, 'no json');
    await nats.jetstream.publish(subject, JSON.stringify({ ...good, id: v7(), data: { nonsense: true } }));
    await nats.jetstream.publish(
      subject,
      JSON.stringify({ ...good, id: v7(), occurredAt: '0001-01-01T00:00:00.000Z' }),
    );
    await nats.jetstream.publish(subject, JSON.stringify({ ...good, type: 'conversation.invented' }));
    await createEventBus({ nats, metrics }).publish([good]);
    const sink = newSink();
    await sink.start();
    expect(await countsOf(company, 1)).toEqual(once(1));
    const letters = await listDeadLetters(nats, { durable: 'analytics-sink' });
    const reasons = letters.filter((letter) => letter.subject === subject).map(({ reason }) => reason);
    expect(reasons).toHaveLength(3);
    expect(reasons[0]).toMatch(/no JSON/);
    expect(reasons[1]).toMatch(/message/);
    expect(reasons[2]).toMatch(/0001-01-01/);
  });

  test('parks what ClickHouse cannot read, with what it says of it, and writes what came with it', async () => {
    const company = v7();
    const events = [fact('received'), fact('sent'), fact('opened')].map((one) => eventOf(company, one));
    await createEventBus({ nats, metrics }).publish(events);
    const sink = newSink(garbling(clickhouse, events[1]?.id ?? ''));
    await sink.start();
    expect(await countsOf(company, 2)).toEqual(once(2));
    const letters = (await listDeadLetters(nats, { durable: 'analytics-sink' })).filter(({ body }) =>
      body.includes(company),
    );
    expect(letters).toEqual([expect.objectContaining({ body: JSON.stringify(events[1]) })]);
    expect(letters[0]?.reason).toMatch(/ClickHouse cannot read the event's row: Cannot parse UUID/i);
    await sink.stop();
    await replayDeadLetter(nats, letters[0]?.seq ?? 0);
    await newSink().start();
    expect(await countsOf(company, 3)).toEqual(once(3));
  });

  test('writes text that is not well-formed, which ClickHouse would refuse with the whole batch', async () => {
    const company = v7();
    const event = eventOf(company, fact('failed'));
    const broken = JSON.stringify(event).replace('"BLOCKED"', String.raw`"\ud800"`);
    await nats.jetstream.publish(`events.conversation.${company}.message.updated`, broken);
    const sink = newSink();
    await sink.start();
    expect(await countsOf(company, 1)).toEqual(once(1));
  });

  test('with a second one beside it writes once, and the second takes over', async () => {
    const company = v7();
    const first = newSink();
    const second = newSink();
    await Promise.all([first.start(), second.start()]);
    await publish(
      nats,
      company,
      Array.from({ length: 150 }, () => fact('received')),
    );
    expect(await countsOf(company, 150)).toEqual(once(150));
    await first.stop();
    await publish(
      nats,
      company,
      Array.from({ length: 150 }, () => fact('sent')),
    );
    expect(await countsOf(company, 300)).toEqual(once(300));
    await second.stop();
    expect(await countsOf(company, 300)).toEqual(once(300));
  });

  test('lets no other one write while a write of its own may still come', async () => {
    const company = v7();
    const { client, lost, late } = losingAnAnswer(clickhouse, 'analytics.events', 3_700);
    const [first, second] = [newSink(client), newSink()];
    await publish(nats, company, [fact('received'), fact('opened')]);
    await first.start();
    // From here on the company may fall to the other one.
    await lost;
    await second.start();
    await late;
    await countsOf(company, 2);
    await settled();
    const found = await counts(clickhouse, company);
    await Promise.all([first.stop(), second.stop()]);
    expect(found).toEqual(once(2));
  });

  test('writes on while it counts, no further than so many batches, and then counts those', async () => {
    const company = v7();
    const released = Promise.withResolvers<void>();
    const client = intercepted(clickhouse, async ({ statement, run }) => {
      if (statement.query.includes('INSERT INTO analytics.sums ')) await released.promise;
      return run();
    });
    const [batches, batch] = [12, 100];
    await publish(
      nats,
      company,
      Array.from({ length: batches * batch }, () => fact('received')),
    );
    const sink = newSink(client);
    await sink.start();
    // Four of which it counts, four that wait for that; the next ones stay in the stream.
    await eventually(async () => expect((await counts(clickhouse, company))['events']).toBe(8 * batch));
    const held = await counts(clickhouse, company);
    released.resolve();
    expect(held).toEqual({ ...once(0), events: 8 * batch, ids: 8 * batch });
    expect(await countsOf(company, batches * batch)).toEqual(once(batches * batch));
  });

  test('lets nobody write while a count may still come that was lost beside what it wrote', async () => {
    const company = v7();
    const { client, lost, late } = losingAnAnswer(clickhouse, 'analytics.sums', 3_700);
    let [isLate, early] = [false, 0];
    await publish(
      nats,
      company,
      Array.from({ length: 1_000 }, () => fact('received')),
    );
    const first = newSink(client);
    await first.start();
    await lost;
    const second = newSink(
      unreliable(clickhouse, () => {
        if (!isLate) early += 1;
        return false;
      }),
    );
    await second.start();
    await late;
    isLate = true;
    const found = await countsOf(company, 1_000);
    expect(early).toBe(0);
    expect(found).toEqual(once(1_000));
  });

  test('parks nothing while ClickHouse is away, and writes all of it when it is back', async () => {
    const company = v7();
    let away = true;
    let refused = 0;
    const sink = newSink(unreliable(clickhouse, () => away && ++refused > 0));
    await publish(nats, company, [fact('received'), fact('opened')]);
    const parked = await listDeadLetters(nats, { durable: 'analytics-sink' });
    await sink.start();
    await eventually(() => expect(refused).toBeGreaterThan(0));
    away = false;
    expect(await countsOf(company, 2)).toEqual(once(2));
    expect(await listDeadLetters(nats, { durable: 'analytics-sink' })).toEqual(parked);
  });

  test('goes on by itself after NATS was killed and came back', async () => {
    const company = v7();
    const sink = newSink();
    await sink.start();
    await publish(nats, company, [fact('received')]);
    expect(await countsOf(company, 1)).toEqual(once(1));
    await server.kill9();
    await server.restart();
    await eventually(() => nats.check());
    await publish(nats, company, [fact('received')]);
    expect(await countsOf(company, 2)).toEqual(once(2));
  });

  test('reads what came before NATS fell silent in the middle of a pull, and the rest when it asks again', async () => {
    const company = v7();
    const events = await publish(nats, company, [fact('received'), fact('sent'), fact('opened')]);
    const silent = await silentNats(server.url, 1);
    const through = await openNats(silent.url);
    try {
      // Where nothing at all comes in time, on a busy machine, nothing is there to be kept: then with a reader of its own once more.
      await eventually(async () => {
        const reader = await openReader({
          nats: through,
          stream: EVENTS.name,
          filterSubject: `events.conversation.${company}.>`,
          startSequence: 1,
        });
        const read: unknown[] = [];
        const onMessage = (message: { json<T>(): T }) => read.push(message.json<{ id: string }>().id);
        await reader.read(3, onMessage);
        expect(read).toEqual([events[0]?.id]);
        await reader.read(2, onMessage);
        expect(read).toEqual(events.map(({ id }) => id));
        await reader.close();
      }, 20_000);
      expect(silent.silenced).toBeGreaterThan(0);
    } finally {
      await through.stop();
      await silent.close();
    }
  });

  test('counts nothing twice and misses nothing when the stream is made anew and told again', async () => {
    const company = v7();
    const bus = createEventBus({ nats, metrics });
    const old = [eventOf(company, fact('received')), eventOf(company, fact('opened'))];
    const sink = newSink();
    await bus.publish(old);
    await sink.start();
    expect(await countsOf(company, 2)).toEqual(once(2));
    await sink.stop();
    await nats.manager.streams.delete(EVENTS.name);
    await ensureStreams(nats.manager);
    await bus.publish([...old, eventOf(company, fact('sent'))]);
    await sink.start();
    expect(await countsOf(company, 3)).toEqual(once(3));
    await settled();
    expect(await countsOf(company, 3)).toEqual(once(3));
  });
});
