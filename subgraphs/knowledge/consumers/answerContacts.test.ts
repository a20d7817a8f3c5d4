import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { v7 } from 'uuid';
import { createEvent, type AnyEvent } from '#platform/events/catalogue.ts';
import { createEventBus } from '#platform/events/bus.ts';
import { connectNats, type NatsPart } from '#platform/events/nats.ts';
import { ensureStreams } from '#platform/events/streams.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase, type Database } from '#platform/postgres/database.ts';
import { provisionContext } from '#platform/postgres/provision.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres } from '#test/stack/index.ts';
import type { Bot, Reply } from '../bot/createBot.ts';
import { createTokenBudget } from '../bot/model/budget.ts';
import { answerQuestion, dismissQuestion } from '../commands/bot/answerQuestion.ts';
import { claimAnswer, type BotAsked } from '../commands/bot/claimAnswer.ts';
import { countQuestion, COUNTED } from '../commands/bot/countQuestion.ts';
import { eraseAnswers } from '../commands/bot/eraseAnswers.ts';
import { rememberVectors } from '../commands/rememberVectors.ts';
import { hashOf } from '../embedding/cache/vectors.ts';
import { entities } from '../entities/index.ts';
import { migrations } from '../migrations/index.ts';
import { commonQuestions } from '../queries/commonQuestions.ts';
import { questionPage } from '../queries/unansweredQuestions.ts';
import { agentOf } from '../testing/harness.ts';
import { createAnswerConsumer } from './answerContacts.ts';

const metrics = createMetrics({ service: 'test' });
const pool = { max: 8, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000, idleTimeoutMs: 10_000 };

describe('what contacts ask the bot', () => {
  let stores: [Awaited<ReturnType<typeof testPostgres>>, Awaited<ReturnType<typeof testNats>>];
  let database: Database<SwitchboardCatalogue>;
  let nats: NatsPart;
  let admin: Pool;
  let companyId: string;
  let reply: Bot['reply'];
  const consumers: ReturnType<typeof createAnswerConsumer>[] = [];

  beforeAll(async () => {
    stores = await Promise.all([testPostgres(), testNats()]);
    const [postgres, server] = stores;
    const passwords = { appPassword: 'app', relayPassword: 'relay' };
    const { appUrl } = await provisionContext({
      adminUrl: postgres.adminUrl,
      context: 'knowledge',
      ...passwords,
      migrations,
      logger,
    });
    database = createDatabase({ context: 'knowledge', url: appUrl, entities, pool, catalogue, logger, metrics });
    nats = connectNats({ url: server.url, name: 'test', logger, metrics });
    admin = new Pool({ connectionString: postgres.adminUrl, max: 2 });
    admin.on('error', () => undefined);
    await Promise.all([database.start(), nats.start()]);
    await ensureStreams(nats.manager);
    const bot: Bot = {
      reply: (ask, signal) => reply(ask, signal),
      answer: () => Promise.reject(new Error('nobody asks that here')),
    };
    // Two processes share what comes.
    for (let process = 0; process < 2; process++) {
      consumers.push(createAnswerConsumer({ nats, database, bot, logger, metrics }));
    }
    await Promise.all(consumers.map((consumer) => consumer.start()));
  });
  beforeEach(async () => {
    companyId = v7();
    reply = async ({ turns }) => said(turns.at(-1)?.text ?? '');
    await admin.query('delete from knowledge.outbox');
  });
  afterAll(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await nats.stop();
    await admin.end();
    await database.stop();
    await Promise.all(stores.map((store) => store.close()));
  });

  const common = { language: 'english', confidence: 1, steps: [] };
  const said = (text: string): Reply => ({
    ...common,
    question: text,
    outcome: 'ANSWERED',
    text: `Re: ${text}`,
    citations: [],
  });
  const unknown = (question: string): Reply => ({
    ...common,
    question,
    outcome: 'HANDED_OVER',
    reason: 'NOT_IN_KNOWLEDGE',
    text: 'A colleague takes over.',
    summary: 'It is not in the documents.',
    steps: [{ step: 'RETRIEVE', ms: 1, detail: { query: question, passages: [] } }],
  });

  function asked(text: string, { conversationId = v7(), ordinal = 1 } = {}): BotAsked {
    const rules = {
      botName: 'Robin',
      handOverWords: [],
      isOutsideHours: false,
      answersOutsideHours: true,
      backAt: null,
      timeZone: 'UTC',
    };
    const data = { conversationId, messageId: v7(), ordinal, turns: [{ author: 'CONTACT' as const, text }], rules };
    return createEvent(catalogue, companyId, {
      type: 'conversation.bot.asked',
      actor: { kind: 'contact' },
      data,
    }) as BotAsked;
  }
  const tell = (event: BotAsked) => createEventBus({ nats, metrics }).publish([event]);
  const told = async () =>
    (
      await admin.query<{ event: AnyEvent<SwitchboardCatalogue> }>('select event from knowledge.outbox order by seq')
    ).rows.map(({ event }) => event);
  const status = async ({ id }: BotAsked) =>
    (await admin.query<{ status: string }>('select status from knowledge.bot_answers where id = $1', [id])).rows[0]
      ?.status;
  const settled = (event: BotAsked, expected: string) =>
    eventually(async () => expect(await status(event)).toBe(expected));
  const questions = async () => {
    const session = database.session(companyId);
    try {
      return await session.read((sql) => questionPage(sql, companyId, { limit: 10, direction: 'forward' }));
    } finally {
      await session.close();
    }
  };

  test('is answered once, under the id of the event that asked', async () => {
    const event = asked('Hello');
    await tell(event);
    await settled(event, 'ANSWERED');
    const data = { answerId: event.id, conversationId: event.data.conversationId, ordinal: 1, text: 'Re: Hello' };
    expect(await told()).toMatchObject([{ type: 'knowledge.bot.answered', companyId, data }]);
  });

  test('gives way to what the contact writes meanwhile, wherever that is answered', async () => {
    const first = asked('First');
    const second = asked('Second', { conversationId: first.data.conversationId, ordinal: 2 });
    const begun = Promise.withResolvers<void>();
    reply = async ({ turns }, signal) => {
      const text = turns.at(-1)?.text ?? '';
      if (text === 'First') {
        begun.resolve();
        // As long as a model takes: until it is told to stop, or the other one is done.
        await eventually(async () => {
          if (!signal.aborted && (await status(second)) !== 'ANSWERED') throw new Error('not yet');
        });
        signal.throwIfAborted();
      }
      return said(text);
    };
    await tell(first);
    await begun.promise;
    await tell(second);
    await settled(second, 'ANSWERED');
    await settled(first, 'REPLACED');
    expect((await told()).map(({ data }) => 'text' in data && data.text)).toEqual(['Re: Second']);
  });

  test('is not answered any more when it comes after what was written later', async () => {
    const first = asked('First');
    const second = asked('Second', { conversationId: first.data.conversationId, ordinal: 2 });
    await tell(second);
    await settled(second, 'ANSWERED');
    await tell(first);
    await settled(first, 'REPLACED');
    expect(await told()).toHaveLength(1);
  });

  test('is left to people, and collected with what is like it', async () => {
    reply = async ({ turns }) => unknown(turns.at(-1)?.text ?? '');
    const events = ['Do you sell kayaks?', 'do you sell a kayak', 'Are dogs welcome?', '🙂'].map((text) => asked(text));
    for (const event of events) {
      await tell(event);
      await settled(event, 'HANDED_OVER');
    }
    expect(await questions()).toMatchObject([
      { question: 'Do you sell kayaks?', count: 2, examples: ['do you sell a kayak', 'Do you sell kayaks?'] },
      { question: 'Are dogs welcome?', count: 1 },
    ]);
    const all = await told();
    expect(all.filter(({ type }) => type === 'knowledge.question_unanswered')).toHaveLength(3);
    const left = all.flatMap((each) => (each.type === 'knowledge.bot.stepped_aside' ? [each.data.unanswered] : []));
    expect(left).toEqual([true, true, true, false]);
  });

  test('becomes a document with its answer, and is off the list then', async () => {
    reply = async ({ turns }) => unknown(turns.at(-1)?.text ?? '');
    const event = asked('Do you sell kayaks?');
    await tell(event);
    await settled(event, 'HANDED_OVER');
    const [question] = await questions();
    const identity = agentOf(companyId);
    const input = { questionId: question?.id ?? '', text: 'No, but we rent them out.' };
    const [once, twice] = [
      await answerQuestion(database, identity, input),
      await answerQuestion(database, identity, input),
    ];
    expect(once).toMatchObject({ userErrors: [], document: { title: 'Do you sell kayaks?', status: 'QUEUED' } });
    expect(twice.document?.id).toBe(once.document?.id);
    expect(await questions()).toEqual([]);
  });

  test('is dismissed for good, and no other company’s or none to answer', async () => {
    reply = async ({ turns }) => unknown(turns.at(-1)?.text ?? '');
    const [first, again] = [asked('Do you sell kayaks?'), asked('Do you sell kayaks?')];
    await tell(first);
    await settled(first, 'HANDED_OVER');
    const questionId = (await questions())[0]?.id ?? '';
    const identity = agentOf(companyId);
    for (const [who, id] of [
      [agentOf(v7()), questionId],
      [identity, v7()],
      [identity, 'none'],
    ] as const) {
      const refused = { userErrors: [{ code: 'NOT_FOUND', field: ['input', 'questionId'] }] };
      expect(await dismissQuestion(database, who, { questionId: id })).toMatchObject(refused);
      expect(await answerQuestion(database, who, { questionId: id, text: 'No' })).toMatchObject(refused);
    }
    expect(await answerQuestion(database, identity, { questionId, text: ' ' })).toMatchObject({
      userErrors: [{ code: 'REQUIRED' }],
    });
    expect(await dismissQuestion(database, identity, { questionId })).toEqual({ questionId, userErrors: [] });
    await tell(again);
    await settled(again, 'HANDED_OVER');
    expect(await questions()).toEqual([]);
  });

  test('is forgotten with the message that asked, and what others asked is not', async () => {
    reply = async ({ turns }) => unknown(turns.at(-1)?.text ?? '');
    const [mine, others] = [asked('Do you sell kayaks to Kim?'), asked('do you sell a kayak to Alex')];
    for (const event of [mine, others]) {
      await tell(event);
      await settled(event, 'HANDED_OVER');
      const vectors = new Map([[hashOf(event.data.turns[0]?.text ?? ''), Float32Array.of(1, 2)]]);
      const space = { model: 'm', dimensions: 2 };
      await rememberVectors(database, companyId, space, { vectors, documents: new Map() });
    }
    // Whoever answered it died of it, or the contact wrote more before anything was found.
    const dropped = asked('Do you rent kayaks to Kim?');
    await claimAnswer(database, dropped);
    const lost = new Map([[hashOf('Do you rent kayaks to Kim?'), Float32Array.of(1, 2)]]);
    await rememberVectors(database, companyId, { model: 'm', dimensions: 2 }, { vectors: lost, documents: new Map() });
    await admin.query('delete from knowledge.outbox');
    const part = { jobId: v7(), partId: v7(), contactIds: [v7()], identities: [], fileKeys: [], last: false };
    const messages = [mine, dropped].map(({ data }) => ({
      channelId: v7(),
      messageId: data.messageId,
      externalId: null,
    }));
    for (let time = 0; time < 2; time++) {
      await eraseAnswers(database, { companyId, data: { ...part, messages } });
    }
    const { rows } = await admin.query(
      `select a::text from knowledge.bot_answers a where company_id = $1 union all
       select q::text from knowledge.unanswered_questions q where company_id = $1 union all
       select c::text from knowledge.question_clusters c where company_id = $1`,
      [companyId],
    );
    expect(JSON.stringify(rows)).not.toContain('Kim');
    expect(await questions()).toMatchObject([{ question: 'do you sell a kayak to Alex', count: 1 }]);
    const { rows: embedded } = await admin.query('select text_hash from knowledge.embeddings where company_id = $1', [
      companyId,
    ]);
    const { rows: counted } = await admin.query('select query from knowledge.asked_questions where company_id = $1', [
      companyId,
    ]);
    expect(counted).toEqual([{ query: 'do you sell a kayak to Alex' }]);
    expect(embedded).toEqual([{ text_hash: hashOf('do you sell a kayak to Alex') }]);
    expect(await told()).toMatchObject([
      { type: 'knowledge.erased', data: { partId: part.partId, counts: { answers: 2, questions: 1 }, last: false } },
      { type: 'knowledge.erased', data: { counts: { answers: 0, questions: 0 } } },
    ]);
  });

  test('is counted, whatever its marks and capitals, by company, and forgotten when others are asked more', async () => {
    const ask = (query: string, of = companyId) => database.write(of, ({ sql }) => countQuestion(sql, of, query));
    await ask('Where is it?');
    await Promise.all(['where  IS it', ' Where is it ?! '].map((query) => ask(query)));
    await ask('Only once?');
    await ask('Only once?', v7());
    const session = database.session(companyId);
    const found = await session.read((sql) => commonQuestions(sql, companyId, 5));
    await session.close();
    expect(found).toEqual(['Where is it?']);
    await admin.query(
      `insert into knowledge.asked_questions (company_id, question_hash, query, count, last_asked_at)
       select $1, 'h' || i, 'question ' || i, 5, now() - interval '1 day' from generate_series(1, 498) i`,
      [companyId],
    );
    await ask('Something new');
    const { rows } = await admin.query<{ query: string }>(
      'select query from knowledge.asked_questions where company_id = $1',
      [companyId],
    );
    const left = rows.map(({ query }) => query.toLowerCase());
    expect(left).toHaveLength(COUNTED);
    expect(left).toEqual(expect.arrayContaining(['something new', expect.stringMatching(/^where/)]));
  });

  test('costs no company more than its budget, however many ask at once', async () => {
    const budget = createTokenBudget({ database, dailyTokens: 1_000 });
    const taken = await Promise.all(Array.from({ length: 10 }, () => budget.take(companyId, 300)));
    expect(taken.filter(Boolean)).toHaveLength(3);
    await budget.settle(companyId, { taken: 300, used: 50 });
    expect(await budget.take(companyId, 300)).toBe(true);
    expect(await budget.take(companyId, 300)).toBe(false);
    expect(await budget.take(v7(), 300)).toBe(true);
    expect(await budget.take(v7(), 1_001)).toBe(false);
  });
});
