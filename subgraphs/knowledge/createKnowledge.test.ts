import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { v7 } from 'uuid';
import { createEventBus } from '#platform/events/bus.ts';
import { createEvent, parseEvent, type AnyEvent } from '#platform/events/catalogue.ts';
import { connectNats, type NatsPart } from '#platform/events/nats.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, testQdrant, testRedis } from '#test/stack/index.ts';
import { createOpenAiEmbedder } from './embedding/openAiEmbedder.ts';
import { createChunkIndex } from './index/chunkIndex.ts';
import { reembedCompany } from './reembed/reembedCompany.ts';
import { seedKnowledge } from './seed.ts';
import { embeddingsEndpoint, vectors } from './testing/embeddingsEndpoint.ts';
import { agentOf, startKnowledge } from './testing/harness.ts';
import { ADD, libraryOf, LIST, SEARCH } from './testing/library.ts';

const ENTITIES = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Document { id title } } }`;

describe('the knowledge service', () => {
  let stores: {
    postgres: Awaited<ReturnType<typeof testPostgres>>;
    nats: Awaited<ReturnType<typeof testNats>>;
    redis: Awaited<ReturnType<typeof testRedis>>;
    qdrant: Awaited<ReturnType<typeof testQdrant>>;
  };
  let service: Awaited<ReturnType<typeof startKnowledge>>;
  let nats: NatsPart;

  const addresses = () => ({
    adminUrl: stores.postgres.adminUrl,
    natsUrl: stores.nats.url,
    redisUrl: stores.redis.url,
    qdrantUrl: stores.qdrant.url,
  });

  const { add, list, remove, search, settled, addAndIndex } = libraryOf(() => service);

  /** What the stream has of a document, in its order. */
  async function eventsOf(documentId: string): Promise<AnyEvent<SwitchboardCatalogue>[]> {
    const consumer = await nats.jetstream.consumers.get('EVENTS', { filter_subjects: 'events.knowledge.>' });
    const { num_pending: pending } = await consumer.info();
    const events: AnyEvent<SwitchboardCatalogue>[] = [];
    if (pending === 0) return events;
    for await (const message of await consumer.fetch({ max_messages: pending, expires: 2_000 })) {
      const event = parseEvent(catalogue, message.json());
      if (event && 'documentId' in event.data && event.data.documentId === documentId) events.push(event);
    }
    return events;
  }

  beforeAll(async () => {
    const [postgres, natsServer, redis, qdrant] = await Promise.all([
      testPostgres(),
      testNats(),
      testRedis(),
      testQdrant(),
    ]);
    stores = { postgres, nats: natsServer, redis, qdrant };
    service = await startKnowledge(addresses());
    nats = connectNats({ url: natsServer.url, name: 'test', logger, metrics: createMetrics({ service: 'test' }) });
    await nats.start();
  });

  afterAll(async () => {
    await nats.stop();
    await service.knowledge.stop();
    await Promise.all(Object.values(stores).map((store) => store.close()));
  });

  it('finds a document by other words of its text', async () => {
    const who = agentOf(v7());
    const text =
      '# Returns\nYou get your money back when you send the trainers back.\n\n# Hours\nOpen on Saturdays till two.';
    const { document, userErrors } = await add(who, { title: 'Help', text, source: 'https://shop.test/help' });
    expect(userErrors).toEqual([]);
    expect(document).toMatchObject({ title: 'Help', status: 'QUEUED', chunkCount: 0 });
    expect(await settled(who, document?.id ?? '')).toMatchObject({ status: 'INDEXED', chunkCount: 2 });
    const [best] = await search(who, 'refund for returned shoes');
    expect(best).toMatchObject({
      text: 'You get your money back when you send the trainers back.',
      document: { id: document?.id, title: 'Help', status: 'INDEXED' },
    });
    expect((await search(who, 'opening at the weekend', 1)).map((hit) => hit.text)).toEqual([
      'Open on Saturdays till two.',
    ]);
    const types = (await eventsOf(document?.id ?? '')).map(({ type, actor }) => [type, actor.kind]);
    expect(types).toEqual([
      ['knowledge.document.added', 'agent'],
      ['knowledge.document.indexed', 'system'],
    ]);
  });

  it('reads HTML and plain text, and a long document in many chunks', async () => {
    const who = agentOf(v7());
    await addAndIndex(who, 'Page', '<h1>Gifts</h1><script>x</script><p>We wrap <b>gifts</b> in paper.</p>', 'HTML');
    await addAndIndex(who, 'Note', 'The <b> key opens the cellar.', 'PLAIN');
    const long = Array.from({ length: 400 }, (_, i) => `Rule ${i} says that shelf ${i} holds item ${i}.`).join('\n\n');
    const id = await addAndIndex(who, 'Shelves', long, 'PLAIN');
    expect((await settled(who, id)).chunkCount).toBeGreaterThan(20);
    expect((await search(who, 'gift wrapping'))[0]?.text).toBe('We wrap gifts in paper.');
    expect((await search(who, 'cellar key'))[0]?.text).toBe('The <b> key opens the cellar.');
    expect((await search(who, 'shelf 277'))[0]?.text).toContain('shelf 277');
  });

  it('says why a document cannot be indexed, and tries again when it is added again', async () => {
    const who = agentOf(v7());
    const input = { title: 'Empty', text: '<p></p><script>only</script>', format: 'HTML' };
    const { document } = await add(who, input);
    const id = document?.id ?? '';
    expect(await settled(who, id)).toMatchObject({
      status: 'FAILED',
      chunkCount: 0,
      error: expect.stringMatching(/nothing to read/),
    });
    expect((await add(who, input)).document).toMatchObject({ id, status: 'QUEUED', error: null });
    await settled(who, id);
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual([
      'knowledge.document.added',
      'knowledge.document.failed',
      'knowledge.document.added',
      'knowledge.document.failed',
    ]);
  });

  it('takes the same document once, however often it is added at once', async () => {
    const who = agentOf(v7());
    const input = { title: 'Once', text: 'Only once.' };
    const payloads = await Promise.all(Array.from({ length: 8 }, () => add(who, input)));
    const ids = new Set(payloads.map(({ document }) => document?.id));
    expect(ids.size).toBe(1);
    const [id = ''] = ids;
    await settled(who, id ?? '');
    expect((await list(who)).edges).toHaveLength(1);
    expect(await search(who, 'once')).toHaveLength(1);
    expect((await eventsOf(id ?? '')).map(({ type }) => type)).toEqual([
      'knowledge.document.added',
      'knowledge.document.indexed',
    ]);
  });

  it('indexes once, however often it is told of a document', async () => {
    const companyId = v7();
    const who = agentOf(companyId);
    const id = await addAndIndex(who, 'Told often', 'Bicycles have a guarantee.');
    const again = () =>
      createEvent(catalogue, companyId, {
        type: 'knowledge.document.added',
        actor: { kind: 'system' },
        data: { documentId: id },
      });
    await createEventBus({ nats, metrics: createMetrics({ service: 'test' }) }).publish(
      Array.from({ length: 20 }, again),
    );
    const marker = await addAndIndex(who, 'After it', 'Tyres have none.');
    expect((await eventsOf(id)).filter(({ type }) => type === 'knowledge.document.indexed')).toHaveLength(1);
    expect((await search(who, 'guarantee')).filter(({ document }) => document.id === id)).toHaveLength(1);
    expect(marker).not.toBe(id);
  });

  it('passes over what it is told of documents that are not there', async () => {
    const companyId = v7();
    const data = { documentId: v7() };
    const event = createEvent(catalogue, companyId, {
      type: 'knowledge.document.added',
      actor: { kind: 'system' },
      data,
    });
    await createEventBus({ nats, metrics: createMetrics({ service: 'test' }) }).publish([event]);
    const id = await addAndIndex(agentOf(companyId), 'Next', 'Goes on.');
    expect(await eventsOf(data.documentId)).toHaveLength(1);
    expect(await eventsOf(id)).toHaveLength(2);
  });

  it.each<[string, Identity]>([
    ['an agent', agentOf(v7(), 'AGENT')],
    ['a partner', { kind: 'partner', companyId: v7(), partner: 'crm', scopes: ['knowledge:read'] }],
  ])('does not let %s add documents, but read them', async (_who, who) => {
    const { errors } = await service.ask(who, ADD, { input: { title: 'a', text: 'b' } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect((await list(who)).edges).toEqual([]);
    expect(await search(who, 'anything')).toEqual([]);
  });

  it.each([
    ['no title', { title: ' ', text: 'x' }, 'title', 'REQUIRED'],
    ['a long title', { title: 'x'.repeat(301), text: 'x' }, 'title', 'TOO_LONG'],
    ['no text', { title: 'x', text: '\n ' }, 'text', 'REQUIRED'],
    ['more than 1 MB of text', { title: 'x', text: 'é'.repeat(500_001) }, 'text', 'TOO_LONG'],
    ['a NUL character', { title: 'x', text: 'a\0b' }, 'text', 'INVALID'],
    ['an unknown format', { title: 'x', text: 'x', format: 'PDF' }, 'format', 'INVALID'],
    ['a long source', { title: 'x', text: 'x', source: 'x'.repeat(2_001) }, 'source', 'TOO_LONG'],
  ])('tells the user about %s', async (_what, input, field, code) => {
    const who = agentOf(v7());
    const { document, userErrors } = await add(who, input);
    expect(document).toBeNull();
    expect(userErrors).toMatchObject([{ code, field: ['input', field] }]);
    expect((await list(who)).edges).toEqual([]);
  });

  it('takes a text of exactly 1 MB', async () => {
    const who = agentOf(v7());
    const { document } = await add(who, {
      title: 'Big',
      text: `${'"\n'.repeat(499_990)}Quite the end here.`,
      format: 'PLAIN',
    });
    expect(document).toMatchObject({ status: 'QUEUED' });
    expect(await settled(who, document?.id ?? '')).toMatchObject({ status: 'INDEXED' });
  });

  it.each([
    ['an empty query', { query: '  ' }],
    ['a long query', { query: 'x'.repeat(1_001) }],
    ['no hits', { query: 'x', first: 0 }],
    ['too many hits', { query: 'x', first: 51 }],
  ])('refuses a search with %s', async (_what, variables) => {
    const { errors } = await service.ask(agentOf(v7()), SEARCH, variables);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  it('answers a query without any word', async () => {
    const who = agentOf(v7());
    await addAndIndex(who, 'Help', 'Some text.');
    expect(await search(who, '?!')).toHaveLength(1);
  });

  it('shows another company nothing, on no field', async () => {
    const owner = agentOf(v7());
    const stranger = agentOf(v7());
    const id = await addAndIndex(owner, 'Internal', 'The code of the safe is 4711.');
    expect((await list(stranger)).edges).toEqual([]);
    expect(await search(stranger, 'The code of the safe is 4711.', 50)).toEqual([]);
    const representations = [
      { __typename: 'Document', id },
      { __typename: 'Document', id: id.toUpperCase() },
      { __typename: 'Document', id: 'no id' },
    ];
    const theirs = await service.ask(stranger, ENTITIES, { representations });
    expect(theirs.data['_entities']).toEqual([null, null, null]);
    const ours = await service.ask(owner, ENTITIES, { representations });
    const shown = { id, title: 'Internal' };
    expect(ours.data['_entities']).toEqual([shown, shown, null]);
    // The same text again, in the other company: a document of its own.
    const copy = await addAndIndex(stranger, 'Internal', 'The code of the safe is 4711.');
    expect(copy).not.toBe(id);
  });

  it('answers nobody without a signed identity', async () => {
    expect((await service.askUnsigned('{ documents { edges { cursor } } }')).status).toBe(401);
  });

  it('pages through documents, the newest first, with as many statements for 50 as for 1', async () => {
    const companyId = v7();
    const who = agentOf(companyId);
    await seedKnowledge(service.knowledge.database, companyId);
    await seedKnowledge(service.knowledge.database, companyId);
    const all = (await list(who)).edges.map(({ node }) => node.title);
    expect(all).toHaveLength(5);
    expect(all.at(-1)).toBe('Returns and refunds');

    const first = await list(who, { first: 2 });
    const second = await list(who, { first: 3, after: first.pageInfo.endCursor });
    expect([...first.edges, ...second.edges].map(({ node }) => node.title)).toEqual(all);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    const bad = await service.ask(who, LIST, { after: 'nonsense' });
    expect(bad.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);

    await eventually(async () => {
      expect((await list(who)).edges.every(({ node }) => node.status === 'INDEXED')).toBe(true);
    });
    const statements: string[] = [];
    const stopListening = service.knowledge.database.onStatement((text) => statements.push(text));
    try {
      const counts: number[] = [];
      for (const hits of [1, 50]) {
        statements.length = 0;
        expect((await search(who, 'how do I send something back', hits)).length).toBeGreaterThanOrEqual(1);
        counts.push(statements.length);
      }
      expect(counts[0]).toBe(counts[1]);
      expect(counts[0]).toBeLessThanOrEqual(4);
    } finally {
      stopListening();
    }
  });

  it('leaves out hits that the documents no longer know', async () => {
    const companyId = v7();
    const who = agentOf(companyId);
    const kept = await addAndIndex(who, 'Kept', 'Umbrellas are in the cellar.');
    const gone = await addAndIndex(who, 'Gone', 'Umbrellas are in the attic.');
    const changed = await addAndIndex(who, 'Changed', 'Umbrellas are in the hall.');
    await service.knowledge.database.write(companyId, async ({ sql }) => {
      await sql`delete from knowledge.documents where company_id = ${companyId} and id = ${gone}`;
      await sql`update knowledge.documents set indexed_version = 2 where company_id = ${companyId} and id = ${changed}`;
    });
    expect((await search(who, 'umbrellas')).map(({ document }) => document.id)).toEqual([kept]);
  });

  it('says that search is away while Qdrant is, loses no document meanwhile, and goes on when it is back', async () => {
    const who = agentOf(v7());
    await stores.qdrant.kill9();
    const { document } = await add(who, { title: 'Patience', text: 'Good things take time.' });
    const { errors } = await service.ask(who, SEARCH, { query: 'patience' });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    expect(JSON.stringify(errors)).not.toContain('127.0.0.1');
    const health = await request(`${service.knowledge.url()}/health/ready`);
    expect(health.statusCode).toBe(503);
    expect(await health.body.json()).toMatchObject({ checks: { postgres: 'ok', nats: 'ok' } });
    expect((await list(who)).edges.map(({ node }) => node.status)).toEqual(['QUEUED']);
    await stores.qdrant.restart();
    expect(await settled(who, document?.id ?? '')).toMatchObject({ status: 'INDEXED' });
    expect(await search(who, 'patience')).toHaveLength(1);
  });

  it('goes on after NATS was away', async () => {
    const who = agentOf(v7());
    await stores.nats.kill9();
    const { document } = await add(who, { title: 'Kept', text: 'In the outbox.' });
    await stores.nats.restart();
    expect(await settled(who, document?.id ?? '')).toMatchObject({ status: 'INDEXED' });
  });

  it('uses an embedding endpoint where one is configured, and tells what it refuses', async () => {
    const endpoint = await embeddingsEndpoint((asked) =>
      asked.input.some((input) => input.includes('forbidden'))
        ? { status: 400, body: 'inside detail' }
        : vectors(asked, (input) => [input.length, 1, 0]),
    );
    const local = service;
    // One durable name is one consumer: the other instance would take its share of the documents.
    await local.knowledge.stop();
    service = await startKnowledge({
      ...addresses(),
      embeddings: { url: endpoint.url, model: 'tiny/model:v1', dimensions: 3 },
    });
    try {
      const who = agentOf(v7());
      await addAndIndex(who, 'Fine', 'Nothing wrong here.');
      const { document } = await add(who, { title: 'Bad', text: 'This is forbidden.' });
      const failed = await settled(who, document?.id ?? '');
      expect(failed).toMatchObject({ status: 'FAILED', error: expect.stringMatching(/does not take this text/) });
      expect(failed.error).not.toContain('inside detail');
      expect((await search(who, 'wrong')).map(({ document: found }) => found.title)).toEqual(['Fine']);
      const refused = await service.ask(who, SEARCH, { query: 'forbidden' });
      expect(refused.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(endpoint.requests.every(({ model }) => model === 'tiny/model:v1')).toBe(true);
    } finally {
      await service.knowledge.stop();
      await endpoint.close();
      service = await startKnowledge(addresses());
    }
  });

  it('moves a company to another model while it is searched, and what changes meanwhile with it', async () => {
    const endpoint = await embeddingsEndpoint((asked) => vectors(asked, (input) => [input.length, 1, 0]));
    const who = agentOf(v7());
    const texts = Array.from({ length: 30 }, (_, i) => `Lamp number ${i} hangs in room ${i}.`);
    const ids = [];
    for (const text of texts) ids.push(await addAndIndex(who, `Lamp ${ids.length}`, text));
    const local = service;
    await local.knowledge.stop();
    const embeddings = { url: endpoint.url, model: 'other', dimensions: 3 };
    service = await startKnowledge({ ...addresses(), embeddings });
    try {
      const found = async () => (await search(who, 'lamp', 50)).length;
      expect(await found()).toBe(30);
      await addAndIndex(who, 'Lamp 30', 'Lamp number 30 hangs outside.');
      expect(await found()).toBe(31);
      await remove(who, ids[0] ?? '');

      const index = createChunkIndex({
        url: stores.qdrant.url,
        embedder: createOpenAiEmbedder(embeddings),
        logger,
        metrics: createMetrics({ service: 'test' }),
      });
      const steps: [number, number][] = [];
      const counts: number[] = [];
      const tools = {
        database: service.knowledge.database,
        index,
        onProgress: (done: number, all: number) => void steps.push([done, all]),
      };
      const moving = reembedCompany(tools, who.companyId);
      await Promise.all([moving, (async () => counts.push(await found(), await found(), await found()))()]);
      expect(counts).toEqual([30, 30, 30]);
      expect(steps.at(-1)?.[0]).toBeGreaterThanOrEqual(30);
      expect(await reembedCompany(tools, who.companyId)).toBeUndefined();
      expect(await found()).toBe(30);
      expect(await index.count(who.companyId, index.collection)).toBe(30);
    } finally {
      await service.knowledge.stop();
      await endpoint.close();
      service = await startKnowledge(addresses());
    }
  });
});
