import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { v7 } from 'uuid';
import { createRedis } from '#platform/cache/redis.ts';
import { createEventBus } from '#platform/events/bus.ts';
import { createEvent, parseEvent, type AnyEvent } from '#platform/events/catalogue.ts';
import { connectNats, type NatsPart } from '#platform/events/nats.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { allTold } from '#test/stack/allTold.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, testQdrant, testRedis } from '#test/stack/index.ts';
import { stored } from '#test/stack/stored.ts';
import { forgetVectorsOf } from './commands/forgetVectors.ts';
import { embedderOf } from './config.ts';
import { createCachedEmbedder } from './embedding/cache/cachedEmbedder.ts';
import { createMemoryVectors } from './embedding/cache/memoryVectors.ts';
import { createPostgresVectors } from './embedding/cache/postgresVectors.ts';
import { createRedisVectors } from './embedding/cache/redisVectors.ts';
import { createLocalEmbedder } from './embedding/localEmbedder.ts';
import { createForgetting } from './forgetting.ts';
import { createChunkIndex } from './index/chunkIndex.ts';
import { reembedCompany } from './reembed/reembedCompany.ts';
import { createHttpReranker } from './rerank/httpReranker.ts';
import { Query } from './resolvers/Query.ts';
import { createPassageSearch, type PassageSearch } from './search/passageSearch.ts';
import { seedKnowledge } from './seed.ts';
import { embeddingsEndpoint, vectors } from './testing/embeddingsEndpoint.ts';
import { agentOf, startKnowledge } from './testing/harness.ts';
import { assertKeptApart, companiesOf, recordingQdrant } from './testing/recordingQdrant.ts';
import { rerankEndpoint } from './testing/rerankEndpoint.ts';
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
  /** In front of Qdrant, for all that the service and these tests ask it. */
  let recording: Awaited<ReturnType<typeof recordingQdrant>>;
  let nats: NatsPart;

  const addresses = () => ({
    adminUrl: stores.postgres.adminUrl,
    natsUrl: stores.nats.url,
    redisUrl: stores.redis.url,
    qdrantUrl: recording.url,
  });

  const { add, update, list, remove, search, settled, addAndIndex } = libraryOf(() => service);

  /** What the stream has of a document, in its order. How far it is is told as well, where it takes long enough: that is left out. */
  async function eventsOf(documentId: string): Promise<AnyEvent<SwitchboardCatalogue>[]> {
    await allTold(stores.postgres.adminUrl, 'knowledge');
    const events: AnyEvent<SwitchboardCatalogue>[] = [];
    for (const message of await stored(nats, 'events.knowledge.>')) {
      const event = parseEvent(catalogue, message.json());
      if (!event || event.type === 'knowledge.document.progressed') continue;
      if ('documentId' in event.data && event.data.documentId === documentId) events.push(event);
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
    recording = await recordingQdrant(qdrant.url);
    service = await startKnowledge(addresses());
    nats = connectNats({ url: natsServer.url, name: 'test', logger, metrics: createMetrics({ service: 'test' }) });
    await nats.start();
  });

  afterAll(async () => {
    await nats.stop();
    await service.knowledge.stop();
    await recording.close();
    await Promise.all(Object.values(stores).map((store) => store.close()));
  });

  // Whatever a test has done by then: nothing is asked, deleted or written but of one company at a time.
  afterEach(() => assertKeptApart(recording.requests.splice(0)));

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
    expect((await eventsOf(document?.id ?? '')).map(({ type, actor }) => [type, actor.kind])).toEqual([
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

  it('asks Qdrant for the company of who asks, whichever public way they search', async () => {
    const who = agentOf(v7());
    const { companyId } = who;
    await addAndIndex(who, 'Parasols', 'Parasols open by turning a crank.');
    const turns = (text: string) => [{ author: 'CONTACT' as const, text }];
    const reply = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Conversation { suggestedReply { text } } } }`;
    const rules = {
      handOverWords: [],
      isOutsideHours: false,
      answersOutsideHours: true,
      backAt: null,
      timeZone: 'UTC',
    };
    const bus = createEventBus({ nats, metrics: createMetrics({ service: 'test' }) });
    // Each with another question: what was asked before is remembered.
    const ways: Readonly<Record<string, () => Promise<unknown>>> = {
      searchKnowledge: () => search(who, 'open a parasol'),
      answer: () => service.ask(who, '{ answer(question: "How do parasols open?") { text } }'),
      answerInPieces: () =>
        service.ask(
          who,
          `{ answerInPieces(question: "What do parasols have?", answerId: "${v7()}") { answer { text } } }`,
        ),
      'Conversation.suggestedReply': () =>
        service.ask(who, reply, {
          representations: [{ __typename: 'Conversation', id: v7(), recentTurns: turns('Do parasols have a crank?') }],
        }),
      'the bot': async () => {
        const place = { conversationId: v7(), messageId: v7(), ordinal: 1 };
        const data = {
          ...place,
          turns: turns('What is turned to open parasols?'),
          rules: { botName: 'Robin', ...rules },
        };
        await bus.publish([
          createEvent(catalogue, companyId, { type: 'conversation.bot.asked', actor: { kind: 'contact' }, data }),
        ]);
      },
    };
    const others = ['documents', 'documentImports', 'answerTrace', 'unansweredQuestions'];
    const fields = Object.keys(ways).filter((way) => way in Query);
    expect([...fields, ...others].toSorted()).toEqual(Object.keys(Query).toSorted());
    const queries = () =>
      recording.requests.filter((one) => one.path.endsWith('/points/query') && companiesOf(one).includes(companyId));
    for (const [way, ask] of Object.entries(ways)) {
      const before = queries().length;
      await ask();
      await eventually(() => expect([way, queries().length]).toEqual([way, before + 1]));
    }
    for (const one of queries()) expect(new Set(companiesOf(one))).toEqual(new Set([companyId]));
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
      // The service's clocks look for work meanwhile.
      await eventually(async () => {
        const counts: number[] = [];
        for (const hits of [1, 50]) {
          statements.length = 0;
          expect((await search(who, 'how do I send something back', hits)).length).toBeGreaterThanOrEqual(1);
          counts.push(statements.length);
        }
        expect(counts[0]).toBe(counts[1]);
        expect(counts[0]).toBeLessThanOrEqual(4);
      });
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
    await eventually(async () => {
      const health = await request(`${service.knowledge.url()}/health/ready`);
      expect(health.statusCode).toBe(503);
      expect(await health.body.json()).toMatchObject({ checks: { postgres: 'ok', nats: 'ok' } });
    });
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

  it('tells what it knows of an answer before it is complete, to its own company', async () => {
    const who = agentOf(v7(), 'AGENT');
    const id = await addAndIndex(agentOf(who.companyId), 'Umbrellas', 'Umbrellas are repaired within three days.');
    const heard: { readonly subject: string; readonly told: unknown }[] = [];
    const listening = nats.connection.subscribe('signals.*.answers', {
      callback: (_error, message) => void heard.push({ subject: message.subject, told: message.json() }),
    });
    await nats.connection.flush();
    const query = `query ($question: String!, $answerId: ID!) { answerInPieces(question: $question, answerId: $answerId) {
      passages { document { id } text } answer { text reason citations { document { id } } } } }`;
    const answerId = v7();
    const asked = { question: 'How long do umbrellas take to be repaired?', answerId };
    const { data, errors } = await service.ask(who, query, asked);
    expect(errors).toEqual([]);
    const text = 'Umbrellas are repaired within three days.';
    expect(data['answerInPieces']).toEqual({
      passages: [{ document: { id }, text }],
      answer: { text: expect.stringContaining(text), reason: null, citations: [{ document: { id } }] },
    });
    await eventually(() => {
      expect(heard).toEqual([
        {
          subject: `signals.${who.companyId}.answers`,
          told: {
            kind: 'PASSAGES',
            answerId,
            passages: [{ documentId: id, heading: '', text, score: expect.any(Number) }],
          },
        },
      ]);
    });
    const nothing = await service.ask(agentOf(v7(), 'AGENT'), query, asked);
    expect(nothing.data['answerInPieces']).toEqual({
      passages: [],
      answer: { text: null, reason: 'NOT_IN_KNOWLEDGE', citations: [] },
    });
    for (const wrong of [{ answerId: 'no id' }, { question: ' ' }, { question: 'x'.repeat(1_001) }]) {
      const refused = await service.ask(who, query, { ...asked, ...wrong });
      expect(refused.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
    const partner = { kind: 'partner', companyId: who.companyId, partner: 'crm', scopes: [] } as const;
    expect((await service.ask(partner, query, asked)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    listening.unsubscribe();
  });

  it('has looked up what is common once the documents have changed, for who asks first', async () => {
    const who = agentOf(v7());
    const id = await addAndIndex(who, 'Kayaks', 'Kayaks are rented by the day.');
    const answer = async (question: string) => {
      const { data } = await service.ask(who, 'query ($question: String!) { answer(question: $question) { text } }', {
        question,
      });
      return (data['answer'] as { readonly text: string | null }).text;
    };
    const count = async (name: string, labels: string) => {
      const line = new RegExp(`^${name}\\{${labels}[^}]*\\} (\\d+)$`, 'm').exec(await service.metrics.text());
      return Number(line?.[1] ?? 0);
    };
    const prepared = () => count('switchboard_knowledge_prepared_questions_total', 'outcome="prepared"');
    const loaded = () => count('switchboard_cache_reads_total', 'namespace="knowledge-passages",from="load"');
    for (const question of ['Are kayaks rented?', 'are kayaks rented', 'Are kayaks sold?']) await answer(question);
    const { companyId } = who;
    await eventually(async () => {
      const asked = await service.knowledge.database.write(
        companyId,
        ({ sql }) => sql`select count from knowledge.asked_questions where company_id = ${companyId} order by count`,
      );
      expect(asked).toEqual([{ count: 1 }, { count: 2 }]);
    });
    const loads = await loaded();
    await update(who, { id, text: 'Kayaks are rented by the hour.' });
    await settled(who, id);
    // By itself, as nobody asks. What is looked up still for the document's first text is known.
    await eventually(async () => expect(await loaded()).toBe(loads + 1));
    expect(await answer('Are KAYAKS rented?!')).toContain('by the hour');
    expect(await loaded()).toBe(loads + 1);
    await eventually(async () => expect(await prepared()).toBeGreaterThan(0));
    await answer('Are kayaks sold?');
    expect(await loaded()).toBe(loads + 2);
  });

  it('has what it finds ranked again where somebody does that, and leaves it as it is while nobody does', async () => {
    const who = agentOf(v7());
    const { companyId } = who;
    const texts = ['Lamps.', 'Lamps are sold here.', 'Lamps are not sold on Sundays, nor are shades.'];
    for (const text of texts) await addAndIndex(who, text, text);
    let isAway = true;
    const endpoint = await rerankEndpoint(() =>
      isAway ? { status: 503, body: '' } : { scoreOf: (text) => Number(text.includes('Sundays')) },
    );
    const metrics = createMetrics({ service: 'test' });
    const redis = createRedis({ url: stores.redis.url, name: 'test', logger });
    const index = createChunkIndex({ url: recording.url, embedder: createLocalEmbedder(), logger, metrics });
    const plain = createPassageSearch({ index, redis, logger, metrics });
    const reranker = createHttpReranker({ url: endpoint.url, model: 'm', timeoutMs: 30_000 }, { metrics });
    const searching = createPassageSearch({ index, redis, reranker, logger, metrics });
    await redis.start();
    try {
      const question = { companyId, query: 'lamps', first: 1, state: { collection: index.collection, revision: '3' } };
      const found = async (by: PassageSearch) => (await by.find(question)).map(({ text }) => text);
      const asFound = await found(plain);
      expect(asFound).toHaveLength(2);
      expect(await found(searching)).toEqual(asFound);
      isAway = false;
      expect((await found(searching))[0]).toBe(texts[2]);
      expect((await searching.find(question))[0]?.score).toBe(1);
      // Once: it is remembered, and what was not ranked was not.
      expect(endpoint.requests.map(({ documents, top_n }) => [documents?.length, top_n])).toEqual([
        [3, 2],
        [3, 2],
      ]);
    } finally {
      await redis.stop();
      await endpoint.close();
    }
  });

  it('pays for each text of a company once, whichever process asks and whatever of a document changes', async () => {
    const endpoint = await embeddingsEndpoint((asked) => vectors(asked, (input) => [input.length, 1, 0]));
    const metrics = createMetrics({ service: 'test' });
    const bare = embedderOf({ url: endpoint.url, model: 'paid', dimensions: 3 }, { metrics });
    const redis = createRedis({ url: stores.redis.url, name: 'test', logger });
    await redis.start();
    const { database } = service.knowledge;
    /** One with a memory of its own, as another process has it. */
    const anotherProcess = () => {
      const layers = [
        createMemoryVectors(),
        createRedisVectors({ redis, ...bare }),
        createPostgresVectors({ database, ...bare }),
      ];
      return createCachedEmbedder({ embedder: bare, layers, logger, metrics });
    };
    const [companyId, theirs, documentIds] = [v7(), v7(), [v7(), v7(), v7()]];
    const texts = ['What opens?', 'The shop.', 'What opens?'];
    const expected = texts.map((text) => [text.length, 1, 0]);
    const asked = () => endpoint.requests.flatMap(({ input }) => input);
    try {
      const first = anotherProcess();
      expect(await first.embed(texts, { companyId, documentIds })).toEqual(expected);
      expect(await first.embed(texts, { companyId })).toEqual(expected);
      expect(await anotherProcess().embed(texts, { companyId })).toEqual(expected);
      await redis.client.flushall();
      expect(await anotherProcess().embed([...texts, 'The door.'], { companyId })).toEqual([...expected, [9, 1, 0]]);
      expect(asked()).toEqual(['What opens?', 'The shop.', 'The door.']);
      // What one company has embedded is no other's to find out.
      await anotherProcess().embed(['The shop.'], { companyId: theirs });
      expect(asked().slice(3)).toEqual(['The shop.']);
      // What cannot be read is nothing.
      for (const key of await redis.client.keys('*')) await redis.client.set(key, 'damaged');
      expect(await anotherProcess().embed(texts, { companyId })).toEqual(expected);

      await stores.redis.kill9();
      expect(await anotherProcess().embed(['The shop.', 'Alone.'], { companyId })).toEqual([
        [9, 1, 0],
        [6, 1, 0],
      ]);
      expect(asked().slice(4)).toEqual(['Alone.']);
      await forgetVectorsOf(database, companyId, documentIds[1] ?? '');
      expect(await anotherProcess().embed(['What opens?', 'The shop.'], { companyId })).toEqual(expected.slice(0, 2));
      expect(asked().slice(5)).toEqual(['The shop.']);
      expect(await metrics.text()).toMatch(/embeddings_texts_total\{kind="question",from="postgres"[^}]*\} [1-9]/);
      expect(await metrics.text()).toMatch(/embeddings_cache_failures_total\{layer="redis",operation="read"/);
    } finally {
      await stores.redis.restart();
      await redis.stop();
      await endpoint.close();
    }
  });

  it('forgets what was embedded of a document that is removed, and what nobody has used for a month, and imports long after their end', async () => {
    const endpoint = await embeddingsEndpoint((asked) => vectors(asked, (input) => [input.length, 1, 0]));
    await service.knowledge.stop();
    const embeddings = { url: endpoint.url, model: 'forgetful', dimensions: 3 };
    service = await startKnowledge({ ...addresses(), embeddings });
    const { database } = service.knowledge;
    const who = agentOf(v7());
    const { companyId } = who;
    const count = async () => {
      const rows = await database.write(
        companyId,
        ({ sql }) => sql`
        select document_id from knowledge.embeddings where company_id = ${companyId}`,
      );
      return rows.length;
    };
    try {
      const text = '# One\nThe first part.\n\n# Two\nThe second part.';
      const id = await addAndIndex(who, 'Parts', text);
      expect(await count()).toBe(2);
      await update(who, { id, text: `${text}\n\n# Three\nThe third part.` });
      await settled(who, id);
      const passages = endpoint.requests.flatMap(({ input }) => input);
      expect(passages).toHaveLength(3);
      await search(who, 'which parts');
      expect(await count()).toBe(4);
      await remove(who, id);
      await eventually(async () => expect(await count()).toBe(1));

      await database.write(
        companyId,
        ({ sql }) => sql`
        update knowledge.embeddings set used_at = now() - interval '31 days' where company_id = ${companyId}`,
      );
      await database.write(
        companyId,
        ({ sql }) => sql`
        insert into knowledge.document_imports (company_id, id, url, status, created_at, ended_at)
        select ${companyId}, gen_random_uuid(), url, status, now() - interval '40 days', now() - ended * interval '1 day'
        from (values ('long ago', 'DONE', 31), ('also long ago', 'FAILED', 31), ('lately', 'DONE', 29), ('not yet', 'RUNNING', null))
          i (url, status, ended)`,
      );
      const imports = () =>
        database.write(
          companyId,
          ({ sql }) => sql`select url from knowledge.document_imports where company_id = ${companyId} order by url`,
        );
      const forgetting = createForgetting({ database, logger, metrics: createMetrics({ service: 'test' }) });
      await forgetting.start();
      await eventually(async () => expect(await count()).toBe(0));
      await eventually(async () => expect(await imports()).toEqual([{ url: 'lately' }, { url: 'not yet' }]));
      await forgetting.stop();
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
        url: recording.url,
        embedder: embedderOf(embeddings, { metrics: createMetrics({ service: 'test' }) }),
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
